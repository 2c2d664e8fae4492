// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { type AppVersion, parseVersion } from "../job/version.js";

/*
 * The start of an ESP-IDF application image, little-endian: the image header (24 bytes), the header of the
 * first segment (8), then the application descriptor, which the linker puts first in that segment.
 * Source: ESP-IDF v6.0 esp_app_format.h (esp_image_header_t), esp_app_desc.h (esp_app_desc_t).
 *
 *   offset  size  field
 *        0     1  magic           0xE9
 *        1     1  segment_count   1..16
 *       32     4  magic_word      0xABCD5432
 *       36     4  secure_version
 *       48    32  version         text, ended by a 0 unless it fills the field
 */
const SEGMENTS = 1;
const DESCRIPTOR = 32;
const SECURE_VERSION = 36;
const VERSION = 48;
const VERSION_SIZE = 32;
const DESCRIPTOR_MAGIC = 0xabcd5432;
const MAX_SEGMENTS = 16;

/** First byte of every image. */
export const ESP_MAGIC = 0xe9;
/** Bytes from the start of an image that `parseEspHeader` reads. */
export const ESP_HEADER_SIZE = VERSION + VERSION_SIZE;

/** What the descriptor says of an image. */
export interface EspHeader {
  readonly version: AppVersion;
  /** Counts up when an older image must never run again; kept in eFuses. 0..2^32-1. */
  readonly secureVersion: number;
}

/**
 * Reads the application descriptor at the start of an image.
 * @throws OtaError "image-malformed", naming the field.
 */
export function parseEspHeader(bytes: Uint8Array): EspHeader {
  if (bytes.length < ESP_HEADER_SIZE) throw malformed(`header: ${bytes.length} of 80 bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, ESP_HEADER_SIZE);
  if (view.getUint8(0) !== ESP_MAGIC) throw malformed("magic is not 0xe9");
  const segments = view.getUint8(SEGMENTS);
  if (segments < 1 || segments > MAX_SEGMENTS) throw malformed(`segment_count ${segments}`);
  const magic = view.getUint32(DESCRIPTOR, true);
  if (magic !== DESCRIPTOR_MAGIC) throw malformed(`magic_word 0x${magic.toString(16)}`);
  return Object.freeze({
    version: readVersion(bytes.subarray(VERSION, ESP_HEADER_SIZE)),
    secureVersion: view.getUint32(SECURE_VERSION, true),
  });
}

/** "1.2.3", with or without the "v" of a git tag. */
function readVersion(field: Uint8Array): AppVersion {
  const end = field.indexOf(0);
  const characters = field.subarray(0, end < 0 ? field.length : end);
  const text = String.fromCharCode(...characters);
  try {
    return parseVersion(text.startsWith("v") ? text.slice(1) : text);
  } catch {
    throw malformed(`version "${text}" is not major.minor.build`);
  }
}

function malformed(why: string): OtaError {
  return new OtaError("image-malformed", `ESP-IDF image: ${why}`);
}
