// SPDX-License-Identifier: MIT
import XMLBuilder from "fast-xml-builder";
import { XMLParser } from "fast-xml-parser";
import { S3Error } from "./buckets.js";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });
const parser = new XMLParser({
  parseTagValue: false,
  isArray: name => name === "Part" || name === "Object",
});

/** An S3 reply: the root element of that name around `content`. */
export function formatXml(root: string, content: object): string {
  const body = builder.build({ [root]: { "@xmlns": NAMESPACE, ...content } });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
}

/**
 * The content of the root element of that name.
 * @throws S3Error "MalformedXML".
 */
export function parseXml(root: string, body: Uint8Array): Record<string, unknown> {
  try {
    const parsed = parser.parse(Buffer.from(body).toString()) as Record<string, unknown>;
    const content = parsed[root];
    if (typeof content === "object" && content !== null) return content as Record<string, unknown>;
  } catch {
    // told below, as for XML of another kind
  }
  throw new S3Error("MalformedXML", `The body is not a ${root}`);
}
