// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import { parseEspHeader } from "xs-ota/image/esp";
import { formatVersion } from "xs-ota/job/version";
import { ReportWriter, type Report } from "./report.js";

/*
 * ESP-IDF application images.
 * Source: ESP-IDF v6.0 "App Image Format"; esp_app_format.h (esp_image_header_t, esp_chip_id_t).
 *
 *   header (24 bytes), segments (8 bytes of header and their data each), zeros, a checksum that ends a block of
 *   16 bytes, and if the header says so the SHA-256 of all that
 */
const HEADER_SIZE = 24;
const SEGMENT_HEADER_SIZE = 8;
const CHIP_ID = 12;
const HASH_APPENDED = 23;
const CHECKSUM_SEED = 0xef;
const SHA256_SIZE = 32;

// prettier-ignore
const chips: Readonly<Record<number, string>> = Object.freeze({
  0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 12: "ESP32-C2", 13: "ESP32-C6", 16: "ESP32-H2", 18: "ESP32-P4",
});

/** What an ESP-IDF image says of itself, and whether it is whole. */
export function reportEspImage(kind: string, bytes: Uint8Array): Report {
  const writer = new ReportWriter(kind);
  const image = Buffer.from(bytes);
  writer.fact("format", "ESP-IDF application");
  writer.fact("size", `${image.length} bytes`);
  const header = writer.attempt(() => parseEspHeader(image));
  if (header === undefined) return writer.finish();
  writer.fact("version", formatVersion(header.version));
  writer.fact("secure version", header.secureVersion);
  const chip = image.readUInt16LE(CHIP_ID);
  writer.fact("chip", chips[chip] ?? `chip ${chip}`);
  const segments = writer.attempt(() => readSegments(image));
  if (segments === undefined) return writer.finish();
  writer.fact("segments", segments.count);
  checkIntegrity(writer, image, segments);
  return writer.finish();
}

interface Segments {
  readonly count: number;
  /** All data bytes, exclusive-or. */
  readonly checksum: number;
  /** Where the block with the checksum ends. */
  readonly end: number;
}

/** @throws Error when the image ends within a segment. */
function readSegments(image: Buffer): Segments {
  const count = image[1] ?? 0;
  let checksum = CHECKSUM_SEED;
  let at = HEADER_SIZE;
  for (let i = 0; i < count; i++) {
    const start = at + SEGMENT_HEADER_SIZE;
    const length = start <= image.length ? image.readUInt32LE(start - 4) : 0;
    at = start + length;
    if (at >= image.length)
      throw new Error(`it ends within segment ${i} of ${count}: it is cut off`);
    for (const byte of image.subarray(start, at)) checksum ^= byte;
  }
  return { count, checksum, end: (at & ~15) + 16 };
}

function checkIntegrity(writer: ReportWriter, image: Buffer, { checksum, end }: Segments): void {
  if (image[end - 1] !== checksum) writer.problem("its checksum does not hold: it is damaged");
  if (image[HASH_APPENDED] !== 1) return;
  const claimed = image.subarray(end, end + SHA256_SIZE);
  const actual = createHash("sha256").update(image.subarray(0, end)).digest();
  writer.fact("sha256", actual.toString("hex"));
  if (!actual.equals(claimed)) {
    writer.problem("its bytes do not have the SHA-256 that follows them: it is damaged");
  }
}
