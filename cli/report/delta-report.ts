// SPDX-License-Identifier: MIT
import { type DeltaHeader, DELTA_HEADER_SIZE, parseDeltaHeader } from "xs-ota/delta/header";
import { readWindow } from "xs-ota/delta/vcdiff";
import { formatVersion } from "xs-ota/job/version";
import { formatHex } from "xs-ota/pal/bytes";
import { sourceOf } from "xs-ota/toolchain/image";
import { nameTarget } from "./image-report.js";
import { type Report, ReportWriter } from "./report.js";

/** What a delta says of itself and of the image that it makes, and whether it is whole. Its signature is in the job document. */
export function reportDelta(bytes: Uint8Array, targets: readonly string[]): Report {
  const writer = new ReportWriter("delta");
  writer.fact("format", "VCDIFF (RFC 3284)");
  writer.fact("size", `${bytes.length} bytes`);
  const header = writer.attempt(() => parseDeltaHeader(bytes));
  if (header === undefined) return writer.finish();
  writer.fact("for image", `${formatHex(header.base)}, ${header.baseSize} bytes`);
  writer.fact("makes", `${formatVersion(header.version)}, ${header.targetSize} bytes`);
  writer.fact("security counter", header.securityCounter);
  writer.fact("target", nameTarget(header.deviceClass, targets));
  writer.fact("sha256", formatHex(header.target));
  const windows = writer.attempt(() => countWindows(bytes, header));
  if (windows !== undefined) writer.fact("windows", windows);
  return writer.finish();
}

/** @throws Error when a window is malformed, or all of them do not make the image. */
function countWindows(bytes: Uint8Array, { baseSize, targetSize }: DeltaHeader): number {
  const source = sourceOf(bytes);
  let count = 0;
  let made = 0;
  for (let at = DELTA_HEADER_SIZE; at < bytes.length; count++) {
    const window = readWindow(source, at, bytes.length, baseSize);
    made += window.targetSize;
    at = window.end;
  }
  if (made === targetSize) return count;
  throw new Error(`its windows make ${made} bytes of ${targetSize}: it is cut off or damaged`);
}
