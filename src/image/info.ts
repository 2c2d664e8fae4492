// SPDX-License-Identifier: MIT
import { type AppVersion, packVersion } from "../job/version.js";
import { ESP_HEADER_SIZE, ESP_MAGIC, parseEspHeader } from "./esp.js";
import { parseHeader } from "./mcuboot.js";

/** Bytes from the start of an image that tell its `ImageInfo`, whatever its format. */
export const IMAGE_INFO_SIZE = ESP_HEADER_SIZE;

/** What the first block of an image tells, before the rest is there. Nothing of it is verified. */
export interface ImageInfo {
  readonly version: AppVersion;
  /** `undefined` where the header does not tell it, and the TLVs may. */
  readonly securityCounter: number | undefined;
  /** Byte offset of the TLVs that follow the body; `undefined` in a format without. */
  readonly tlvOffset: number | undefined;
}

/**
 * Reads the header at the start of a firmware file: ESP-IDF's by its first byte, else MCUboot's.
 * @param fileSize bytes that the job says the file has
 * @throws OtaError "image-malformed", "image-too-large" when the header does not fit the file.
 */
export function readImageInfo(firstBlock: Uint8Array, fileSize: number): ImageInfo {
  return firstBlock[0] === ESP_MAGIC ? espInfo(firstBlock) : mcubootInfo(firstBlock, fileSize);
}

function espInfo(firstBlock: Uint8Array): ImageInfo {
  const { version, secureVersion } = parseEspHeader(firstBlock);
  return Object.freeze({ version, securityCounter: secureVersion, tlvOffset: undefined });
}

function mcubootInfo(firstBlock: Uint8Array, fileSize: number): ImageInfo {
  const { version, headerSize, bodySize } = parseHeader(firstBlock, fileSize);
  return Object.freeze({
    version: packVersion(version.major, version.minor, version.revision),
    securityCounter: undefined,
    tlvOffset: headerSize + bodySize,
  });
}
