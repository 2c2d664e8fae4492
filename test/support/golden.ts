// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A message that v3.3.0 of the C library was seen to send. */
export interface GoldenLine {
  readonly verb: "PUB" | "SUB" | "UNS";
  readonly qos: number;
  readonly topic: string;
  /** Empty unless it is published; of a stream, in hexadecimal. */
  readonly payload: string;
}

/** The build is two folders below the root, and the vectors are not compiled. */
const file = new URL("../../../../test/vectors/golden-v330.txt", import.meta.url);

/** The messages of test/vectors/golden-v330.txt, under the heading that each stands below; "" is before the first. */
export function readGolden(): ReadonlyMap<string, readonly GoldenLine[]> {
  const sections = new Map<string, GoldenLine[]>();
  let lines: GoldenLine[] = [];
  sections.set("", lines);
  for (const text of readFileSync(fileURLToPath(file), "utf8").split("\n")) {
    if (text.startsWith("-- ")) {
      lines = [];
      sections.set(text.slice(3), lines);
    }
    const [, verb, qos, topic, payload] = /^(PUB|SUB|UNS) q(\d) (\S+)(?: (.*))?$/.exec(text) ?? [];
    if (topic === undefined) continue;
    lines.push({
      verb: verb as GoldenLine["verb"],
      qos: Number(qos),
      topic,
      payload: payload ?? "",
    });
  }
  return sections;
}
