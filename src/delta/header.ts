// SPDX-License-Identifier: MIT
import { DEVICE_CLASS_SIZE, HASH_SIZE } from "../image/mcuboot.js";
import type { AppVersion } from "../job/version.js";
import { malformed } from "./section.js";

/*
 * Start of a delta: the header of VCDIFF, with an application header that says what the delta is for. Little-endian.
 * Source: RFC 3284 section 4.1; the application header is xdelta3's and open-vcdiff's; docs/flash-format.md, "Delta".
 *
 *   offset  size  field
 *        0     4  0xd6 0xc3 0xc4 0x00, VCDIFF
 *        4     1  Hdr_Indicator: 0x04, an application header follows
 *        5     1  its length: 100
 *        6     4  magic         "XOD1"
 *       10     4  version       of the image that it makes
 *       14     4  counter       security counter of that image
 *       18    16  deviceClass   that the image is for, zeros for any
 *       34     4  baseSize      bytes of the base that it copies from
 *       38    32  base          what identifies the base: the digest in its TLV 0x10
 *       70     4  targetSize    bytes of the image that it makes
 *       74    32  target        SHA-256 of that image, all of it
 */
const START = Object.freeze([0xd6, 0xc3, 0xc4, 0x00, 0x04, 100, 0x58, 0x4f, 0x44, 0x31] as const);

const VERSION = 10;
const COUNTER = 14;
const CLASS = 18;
const BASE_SIZE = 34;
const BASE = 38;
const TARGET_SIZE = 70;
const TARGET = 74;

/** `fileType` of a delta in a job document, unless it is configured otherwise: the last one, out of an application's way. */
export const DELTA_FILE_TYPE = 255;

/** Bytes before the first window. */
export const DELTA_HEADER_SIZE = TARGET + HASH_SIZE;

/** What a delta says of itself; nothing of it is verified. */
export interface DeltaHeader {
  /** Of the image that it makes. */
  readonly version: AppVersion;
  /** Of the image that it makes, 0..2^32-1. */
  readonly securityCounter: number;
  /** 16 bytes; `undefined` when the image is for any device. */
  readonly deviceClass: Uint8Array | undefined;
  /** Bytes of the base that may be copied from: those that its digest covers. */
  readonly baseSize: number;
  /** What identifies the base, 32 bytes. */
  readonly base: Uint8Array;
  /** Bytes of the image that it makes. */
  readonly targetSize: number;
  /** SHA-256 of the image that it makes. */
  readonly target: Uint8Array;
}

/** Whether a file begins like a delta. */
export function isDelta(bytes: Uint8Array): boolean {
  return START.every((byte, index) => byte === bytes[index]);
}

/** Reads the start of a delta. @throws OtaError "image-malformed". */
export function parseDeltaHeader(bytes: Uint8Array): DeltaHeader {
  if (bytes.length < DELTA_HEADER_SIZE) throw malformed(`header of ${bytes.length} bytes`);
  if (!isDelta(bytes)) throw malformed("no VCDIFF header with the mark XOD1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, DELTA_HEADER_SIZE);
  const deviceClass = bytes.slice(CLASS, CLASS + DEVICE_CLASS_SIZE);
  const targetSize = view.getUint32(TARGET_SIZE, true);
  if (targetSize === 0) throw malformed("the image that it makes is empty");
  return Object.freeze({
    version: view.getUint32(VERSION, true),
    securityCounter: view.getUint32(COUNTER, true),
    deviceClass: deviceClass.every(byte => byte === 0) ? undefined : deviceClass,
    baseSize: view.getUint32(BASE_SIZE, true),
    base: bytes.slice(BASE, BASE + HASH_SIZE),
    targetSize,
    target: bytes.slice(TARGET, TARGET + HASH_SIZE),
  });
}

/** The start of a delta, DELTA_HEADER_SIZE bytes. */
export function formatDeltaHeader(header: DeltaHeader): Uint8Array {
  const bytes = new Uint8Array(DELTA_HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set(START);
  view.setUint32(VERSION, header.version, true);
  view.setUint32(COUNTER, header.securityCounter, true);
  if (header.deviceClass !== undefined) bytes.set(header.deviceClass, CLASS);
  view.setUint32(BASE_SIZE, header.baseSize, true);
  bytes.set(header.base, BASE);
  view.setUint32(TARGET_SIZE, header.targetSize, true);
  bytes.set(header.target, TARGET);
  return bytes;
}
