// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { type ImageVersion, isImageVersion } from "./version.js";

/*
 * MCUboot's image: header, body, protected TLVs, TLVs. Little-endian.
 * Source: docs/flash-format.md, "Image"; MCUboot boot/bootutil/include/bootutil/image.h.
 */
const HEADER_MAGIC = 0x96f3b83d;
const PROTECTED_MAGIC = 0x6908;
const UNPROTECTED_MAGIC = 0x6907;
/** IMAGE_F_ROM_FIXED, which says where the image is linked to run. No other flag is supported. */
const SUPPORTED_FLAGS = 0x0000_0100;

/** Bytes of the header that have a meaning; the rest, up to `headerSize`, is padding. */
export const HEADER_SIZE = 32;
/** Bytes before the value of a TLV, and of the info header before the first one. */
export const TLV_HEADER_SIZE = 4;
/** Bytes of the value of the TLV `deviceClass`. */
export const DEVICE_CLASS_SIZE = 16;
/** Bytes of the value of the TLVs `sha256` and `keyHash`. */
export const HASH_SIZE = 32;

/** Types of TLV. Source: image.h, and docs/flash-format.md for `deviceClass`. */
export const tlvTypes = Object.freeze({
  keyHash: 0x01,
  sha256: 0x10,
  rsa2048Pss: 0x20,
  ecdsa: 0x22,
  rsa3072Pss: 0x23,
  securityCounter: 0x50,
  deviceClass: 0x75,
});

/** The header of an image. */
export interface ImageHeader {
  /** Bytes before the body: 32..65535. */
  readonly headerSize: number;
  /** Bytes of the body, 1..2^32-1. */
  readonly bodySize: number;
  /** Bytes of the protected TLVs with their info header; 0 when there are none. */
  readonly protectedTlvSize: number;
  /** Bits of image.h; only IMAGE_F_ROM_FIXED, 0x100, is supported. */
  readonly flags: number;
  /** Where the image is linked to run, with that flag; 0 else. */
  readonly loadAddress: number;
  readonly version: ImageVersion;
}

/** Where an image is read from; a FlashPartition is one. */
export interface ImageSource {
  /** Fills `into` from byte `offset`. */
  read(into: Uint8Array, offset: number): void;
}

/** An entry of a TLV area. */
export interface Tlv {
  readonly type: number;
  readonly isProtected: boolean;
  /** Of the value, in bytes from the start of the image. */
  readonly offset: number;
  readonly length: number;
}

function malformed(why: string): OtaError {
  return new OtaError("image-malformed", why);
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/**
 * Reads the header at the start of an image: the first 32 bytes tell version and size.
 * @param limit largest image in bytes that there is room for.
 * @throws OtaError "image-malformed", naming the field; "image-too-large" when the image cannot fit.
 */
export function parseHeader(bytes: Uint8Array, limit = 0xffff_ffff): ImageHeader {
  if (bytes.length < HEADER_SIZE) throw malformed(`header: ${bytes.length} of 32 bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const magic = view.getUint32(0, true);
  if (magic !== HEADER_MAGIC) throw malformed(`magic ${hex(magic)} is not MCUboot's`);
  const header: ImageHeader = {
    loadAddress: view.getUint32(4, true),
    headerSize: view.getUint16(8, true),
    protectedTlvSize: view.getUint16(10, true),
    bodySize: view.getUint32(12, true),
    flags: view.getUint32(16, true),
    version: {
      major: view.getUint8(20),
      minor: view.getUint8(21),
      revision: view.getUint16(22, true),
      build: view.getUint32(24, true),
    },
  };
  checkHeader(header, limit);
  return header;
}

function checkHeader(
  { headerSize, bodySize, flags, protectedTlvSize }: ImageHeader,
  limit: number,
): void {
  if (headerSize < HEADER_SIZE) throw malformed(`hdr_size ${headerSize} is less than 32`);
  if ((flags & ~SUPPORTED_FLAGS) !== 0) throw malformed(`flags ${hex(flags)} are not supported`);
  if (bodySize === 0) throw malformed("img_size is 0");
  const size = headerSize + bodySize + protectedTlvSize;
  if (size > limit) {
    throw new OtaError("image-too-large", `img_size: image of ${size} bytes, room for ${limit}`);
  }
}

/** The 32 bytes of a header. @throws OtaError "argument-invalid" when the version does not fit. */
export function formatHeader(header: ImageHeader): Uint8Array {
  const { version } = header;
  if (!isImageVersion(version)) throw new OtaError("argument-invalid", "version out of range");
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, HEADER_MAGIC, true);
  view.setUint32(4, header.loadAddress, true);
  view.setUint16(8, header.headerSize, true);
  view.setUint16(10, header.protectedTlvSize, true);
  view.setUint32(12, header.bodySize, true);
  view.setUint32(16, header.flags, true);
  view.setUint8(20, version.major);
  view.setUint8(21, version.minor);
  view.setUint16(22, version.revision, true);
  view.setUint32(24, version.build, true);
  return bytes;
}

/** A TLV to be written. */
export interface TlvValue {
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * A TLV area: the info header, then `entries`.
 * @throws OtaError "argument-invalid" when it would exceed 65535 bytes.
 */
export function formatTlvs(isProtected: boolean, entries: readonly TlvValue[]): Uint8Array {
  const size = entries.reduce(
    (sum, { value }) => sum + TLV_HEADER_SIZE + value.length,
    TLV_HEADER_SIZE,
  );
  if (size > 0xffff) throw new OtaError("argument-invalid", `TLV area of ${size} bytes`);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isProtected ? PROTECTED_MAGIC : UNPROTECTED_MAGIC, true);
  view.setUint16(2, size, true);
  let offset = TLV_HEADER_SIZE;
  for (const { type, value } of entries) {
    view.setUint16(offset, type, true);
    view.setUint16(offset + 2, value.length, true);
    bytes.set(value, offset + TLV_HEADER_SIZE);
    offset += TLV_HEADER_SIZE + value.length;
  }
  return bytes;
}

/**
 * Calls `visit` for each TLV, in order, bounds checked. Allocates for one entry at a time, however many
 * a hostile image has.
 * @param limit largest image in bytes that there is room for; nothing beyond it is read.
 * @returns bytes of the whole image.
 * @throws OtaError "image-malformed", "image-too-large", and what `source` throws.
 */
export function walkTlvs(
  source: ImageSource,
  header: ImageHeader,
  limit: number,
  visit: (tlv: Tlv) => void,
): number {
  const start = header.headerSize + header.bodySize;
  const hashedSize = start + header.protectedTlvSize;
  if (header.protectedTlvSize > 0) {
    const end = walkArea(source, start, limit, true, visit);
    if (end !== hashedSize) throw malformed("protected_tlv_size differs from the TLV area's own");
  }
  return walkArea(source, hashedSize, limit, false, visit);
}

function readPair(source: ImageSource, offset: number, end: number, what: string): DataView {
  if (end - offset < TLV_HEADER_SIZE) throw malformed(`${what} at ${offset} is cut short`);
  const view = new DataView(new ArrayBuffer(TLV_HEADER_SIZE));
  source.read(new Uint8Array(view.buffer), offset);
  return view;
}

function walkArea(
  source: ImageSource,
  start: number,
  limit: number,
  isProtected: boolean,
  visit: (tlv: Tlv) => void,
): number {
  const info = readPair(source, start, limit, "TLV info");
  const [magic, size] = [info.getUint16(0, true), info.getUint16(2, true)];
  if (magic !== (isProtected ? PROTECTED_MAGIC : UNPROTECTED_MAGIC) || size < TLV_HEADER_SIZE) {
    throw malformed(`TLV info at ${start}: magic ${hex(magic)}, total ${size}`);
  }
  const end = start + size;
  if (end > limit) {
    throw new OtaError("image-too-large", `TLVs end at ${end}, room for ${limit} bytes`);
  }
  for (let offset = start + TLV_HEADER_SIZE; offset < end;) {
    const head = readPair(source, offset, end, "TLV");
    const [type, length] = [head.getUint16(0, true), head.getUint16(2, true)];
    offset += TLV_HEADER_SIZE;
    if (length > end - offset) throw malformed(`TLV ${hex(type)} at ${offset} exceeds its area`);
    visit({ type, isProtected, offset, length });
    offset += length;
  }
  return end;
}
