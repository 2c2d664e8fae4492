// SPDX-License-Identifier: MIT
import { type AppVersion, packVersion } from "../job/version.js";
import { parseHeader } from "./mcuboot.js";

/** What the first block of an image tells, before the rest is there. Nothing of it is verified. */
export interface ImageInfo {
  readonly version: AppVersion;
  /** Byte offset of what follows the body. */
  readonly tlvOffset: number;
}

/**
 * Reads the header at the start of a firmware file.
 * @param fileSize bytes that the job says the file has
 * @throws OtaError "image-malformed", "image-too-large" when the header does not fit the file.
 */
export function readImageInfo(firstBlock: Uint8Array, fileSize: number): ImageInfo {
  const { version, headerSize, bodySize } = parseHeader(firstBlock, fileSize);
  return Object.freeze({
    version: packVersion(version.major, version.minor, version.revision),
    tlvOffset: headerSize + bodySize,
  });
}
