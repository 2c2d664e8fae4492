// SPDX-License-Identifier: MIT
import { DELTA_HEADER_SIZE, formatDeltaHeader, parseDeltaHeader } from "xs-ota/delta/header";
import { readWindow, WindowDecoder } from "xs-ota/delta/vcdiff";
import { type ImageFacts, readImageFacts } from "xs-ota/image/facts";
import { packVersion } from "xs-ota/job/version";
import { isSameBytes } from "xs-ota/pal/bytes";
import { OtaError } from "xs-ota/pal/error";
import { ImageError, sha256, sourceOf } from "../image.js";
import { WindowEncoder } from "./window-encoder.js";

/** Bytes of a window: what a device needs as memory, and a block of most flashes. */
const WINDOW = 4096;

/** @throws ImageError when an image is not what its digest says; OtaError "image-malformed", "image-too-large" for what is none. */
function factsOf(image: Uint8Array, name: string): ImageFacts {
  const facts = readFacts(image, name);
  const digest = sha256(image.subarray(0, facts.hashedSize));
  if (isSameBytes(digest, facts.digest)) return facts;
  throw new ImageError(`${name}: its digest is wrong; take the file that \`xs-ota build\` wrote`);
}

function readFacts(image: Uint8Array, name: string): ImageFacts {
  try {
    return readImageFacts(sourceOf(image), image.length);
  } catch (error) {
    if (!(error instanceof OtaError)) throw error;
    throw new OtaError(error.code, `${name}: ${error.message}`);
  }
}

/**
 * A delta that makes `next` on a device that runs `base`. It copies only from what the base's digest covers, so that it serves
 * however often the base was signed.
 * @throws ImageError for an image whose digest is wrong; OtaError for what is no image. Both name which it is.
 */
export function makeDelta(base: Uint8Array, next: Uint8Array, windowSize = WINDOW): Uint8Array {
  const from = factsOf(base, "the old image");
  const { header, securityCounter, deviceClass } = factsOf(next, "the new image");
  const { major, minor, revision } = header.version;
  const start = formatDeltaHeader({
    version: packVersion(major, minor, revision),
    securityCounter,
    deviceClass,
    baseSize: from.hashedSize,
    base: from.digest,
    targetSize: next.length,
    target: sha256(next),
  });
  const encoder = new WindowEncoder(base.subarray(0, from.hashedSize), next);
  const windows: Uint8Array[] = [];
  for (let at = 0; at < next.length; at += windowSize) {
    windows.push(encoder.encode(at, Math.min(windowSize, next.length - at)));
  }
  return new Uint8Array(Buffer.concat([start, ...windows]));
}

/**
 * What a delta makes of a base.
 * @throws OtaError "image-malformed".
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  const { baseSize } = parseDeltaHeader(delta);
  const source = sourceOf(delta);
  const decoder = new WindowDecoder(sourceOf(base));
  const made: Uint8Array[] = [];
  for (let at = DELTA_HEADER_SIZE; at < delta.length;) {
    const window = readWindow(source, at, delta.length, baseSize);
    const bytes = new Uint8Array(window.targetSize);
    decoder.decode(window, bytes);
    made.push(bytes);
    at = window.end;
  }
  return new Uint8Array(Buffer.concat(made));
}
