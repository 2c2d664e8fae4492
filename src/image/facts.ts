// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import {
  DEVICE_CLASS_SIZE,
  HASH_SIZE,
  HEADER_SIZE,
  type ImageHeader,
  type ImageSource,
  parseHeader,
  type Tlv,
  tlvTypes,
  walkTlvs,
} from "./mcuboot.js";

/** What an image says of itself; nothing of it is verified. */
export interface ImageFacts {
  readonly header: ImageHeader;
  /** Bytes that the digest covers: header, body and protected TLVs. */
  readonly hashedSize: number;
  /** Bytes of the whole image. */
  readonly size: number;
  /** SHA-256 of the hashed bytes, as the image has it. */
  readonly digest: Uint8Array;
  /** Security counter, 0 when the image has none. */
  readonly securityCounter: number;
  /** The class of device that the image is for; `undefined` when it is for any. */
  readonly deviceClass: Uint8Array | undefined;
}

/** A TLV that occurs at most once, where it belongs, and the length of its value. */
interface Single {
  readonly name: "digest" | "securityCounter" | "deviceClass";
  readonly type: number;
  readonly isProtected: boolean;
  readonly length: number;
}

function single(name: Single["name"], type: number, isProtected: boolean, length: number): Single {
  return Object.freeze({ name, type, isProtected, length });
}

// prettier-ignore
const singles: readonly Single[] = Object.freeze([
  single("digest",          tlvTypes.sha256,          false, HASH_SIZE),
  single("securityCounter", tlvTypes.securityCounter, true,  4),
  single("deviceClass",     tlvTypes.deviceClass,     true,  DEVICE_CLASS_SIZE),
]);

type Found = { [Name in Single["name"]]?: Uint8Array };

/**
 * Reads header and TLVs of the image that starts at byte 0 of `source`. By these rules the bootloader
 * reads it too, so what one of them accepts the other does.
 * @param limit largest image in bytes that there is room for; nothing beyond it is read.
 * @throws OtaError "image-malformed", naming the field; "image-too-large"; and what `source` throws.
 */
export function readImageFacts(source: ImageSource, limit: number): ImageFacts {
  if (limit < HEADER_SIZE) {
    throw new OtaError("image-too-large", `header: ${HEADER_SIZE} bytes, room for ${limit}`);
  }
  const start = new Uint8Array(HEADER_SIZE);
  source.read(start, 0);
  const header = parseHeader(start, limit);
  const found: Found = {};
  const size = walkTlvs(source, header, limit, tlv => collect(source, tlv, found));
  if (found.digest === undefined) throw new OtaError("image-malformed", "TLV 0x10 is missing");
  return {
    header,
    hashedSize: header.headerSize + header.bodySize + header.protectedTlvSize,
    size,
    digest: found.digest,
    securityCounter: littleEndian(found.securityCounter),
    deviceClass: found.deviceClass,
  };
}

function collect(source: ImageSource, tlv: Tlv, found: Found): void {
  const known = singles.find(
    ({ type, isProtected }) => type === tlv.type && isProtected === tlv.isProtected,
  );
  if (known === undefined) return;
  const what = `TLV 0x${tlv.type.toString(16)}`;
  if (found[known.name] !== undefined) {
    throw new OtaError("image-malformed", `${what} occurs twice`);
  }
  if (tlv.length !== known.length) {
    throw new OtaError("image-malformed", `${what}: length ${tlv.length}, not ${known.length}`);
  }
  const value = new Uint8Array(tlv.length);
  source.read(value, tlv.offset);
  found[known.name] = value;
}

function littleEndian(bytes: Uint8Array | undefined): number {
  return bytes === undefined ? 0 : new DataView(bytes.buffer).getUint32(0, true);
}
