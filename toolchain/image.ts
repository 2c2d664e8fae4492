// SPDX-License-Identifier: MIT
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
} from "node:crypto";
import { readImageFacts } from "xs-ota/image/facts";
import {
  DEVICE_CLASS_SIZE,
  formatHeader,
  formatTlvs,
  HEADER_SIZE,
  tlvTypes,
  type TlvValue,
  type ImageSource,
} from "xs-ota/image/mcuboot";
import { parseImageVersion } from "xs-ota/image/version";

/** What goes into an image. */
export interface ImageOptions {
  readonly body: Uint8Array;
  /** Like "1.2.3" or "1.2.3+4". */
  readonly version: string;
  /** A device never boots an image whose counter is lower than that of one it confirmed. 0..2^32-1. */
  readonly securityCounter?: number;
  /** Name of the only target that the image is for; for any when absent. */
  readonly target?: string;
  /** Bytes before the body, 32..65535; more than 32 where the body must be aligned. */
  readonly headerSize?: number;
}

/** What a caller did wrong, and the remedy. */
export class ImageError extends Error {}

/** SHA-256, 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array =>
  createHash("sha256").update(bytes).digest();

/** The 16 bytes that stand for a target's name in an image and in a bootloader. */
export function deviceClassOf(target: string): Uint8Array {
  return sha256(new TextEncoder().encode(target)).subarray(0, DEVICE_CLASS_SIZE);
}

function formatSecurityCounter(counter: number): Uint8Array {
  if (!Number.isInteger(counter) || counter < 0 || counter > 0xffff_ffff) {
    throw new ImageError(`securityCounter ${counter}: give a whole number from 0 to 4294967295`);
  }
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, counter, true);
  return value;
}

function protectedTlvs({ securityCounter, target }: ImageOptions): Uint8Array {
  const entries: TlvValue[] = [];
  if (securityCounter !== undefined) {
    const value = formatSecurityCounter(securityCounter);
    entries.push({ type: tlvTypes.securityCounter, value });
  }
  if (target !== undefined) {
    entries.push({ type: tlvTypes.deviceClass, value: deviceClassOf(target) });
  }
  return entries.length === 0 ? new Uint8Array(0) : formatTlvs(true, entries);
}

/** Bytes as what the parsers read from; beyond the end are zeros. */
export function sourceOf(bytes: Uint8Array): ImageSource {
  return {
    read(into, offset) {
      into.fill(0);
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
}

/**
 * An image with its digest, not signed yet. The bytes are those that MCUboot's imgtool writes.
 * Source: docs/flash-format.md, "Image"; MCUboot scripts/imgtool/image.py.
 * @throws ImageError for an empty body, a headerSize or a counter out of range.
 * @throws OtaError "argument-invalid" for a version that is not like 1.2.3.
 */
export function packImage(options: ImageOptions): Uint8Array {
  const { body, headerSize = HEADER_SIZE } = options;
  if (body.length === 0) throw new ImageError("body is empty: give the bytes of the application");
  if (!Number.isInteger(headerSize) || headerSize < HEADER_SIZE || headerSize > 0xffff) {
    throw new ImageError(`headerSize ${headerSize}: give a whole number from 32 to 65535`);
  }
  const tlvs = protectedTlvs(options);
  const header = formatHeader({
    headerSize,
    bodySize: body.length,
    protectedTlvSize: tlvs.length,
    flags: 0,
    loadAddress: 0,
    version: parseImageVersion(options.version),
  });
  const padding = new Uint8Array(headerSize - HEADER_SIZE);
  const hashed = Buffer.concat([header, padding, body, tlvs]);
  const digest = { type: tlvTypes.sha256, value: sha256(hashed) };
  return new Uint8Array(Buffer.concat([hashed, formatTlvs(false, [digest])]));
}

/**
 * A public key as MCUboot embeds it: SubjectPublicKeyInfo for EC, PKCS #1 for RSA, both DER. Its SHA-256
 * names the key in an image. Source: MCUboot scripts/imgtool/keys/ecdsa.py and rsa.py, get_public_bytes.
 */
export function publicKeyBytes(key: KeyObject): Uint8Array {
  const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : "spki";
  return new Uint8Array(key.export({ format: "der", type }));
}

/** The TLV that holds a signature by this key, and how Node makes it. */
function algorithmOf(key: KeyObject): { type: number; pss: boolean } {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const kind = `${key.asymmetricKeyType ?? ""} ${namedCurve ?? modulusLength ?? ""}`;
  switch (kind) {
    case "ec prime256v1":
      return { type: tlvTypes.ecdsa, pss: false };
    case "rsa 2048":
      return { type: tlvTypes.rsa2048Pss, pss: true };
    case "rsa 3072":
      return { type: tlvTypes.rsa3072Pss, pss: true };
    default:
      throw new ImageError(`key "${kind}": sign with ECDSA P-256, RSA-2048 or RSA-3072`);
  }
}

/** Signs the bytes whose SHA-256 is the image's digest: ECDSA as DER, RSA as PSS with a salt of 32 bytes. */
function signatureOf(hashed: Uint8Array, key: KeyObject, pss: boolean): Uint8Array {
  if (!pss) return sign("sha256", hashed, { key, dsaEncoding: "der" });
  return sign("sha256", hashed, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: 32,
  });
}

/**
 * The image with a signature by `privateKeyPem`, which replaces any it has.
 * @throws ImageError when the key is not ECDSA P-256, RSA-2048 or RSA-3072.
 * @throws OtaError "image-malformed" when `image` is none.
 */
export function signImage(image: Uint8Array, privateKeyPem: string): Uint8Array {
  const { hashedSize, digest } = readImageFacts(sourceOf(image), image.length);
  const key = createPrivateKey(privateKeyPem);
  const { type, pss } = algorithmOf(key);
  const hashed = image.subarray(0, hashedSize);
  const tlvs = formatTlvs(false, [
    { type: tlvTypes.sha256, value: digest },
    { type: tlvTypes.keyHash, value: sha256(publicKeyBytes(createPublicKey(key))) },
    { type, value: signatureOf(hashed, key, pss) },
  ]);
  return new Uint8Array(Buffer.concat([hashed, tlvs]));
}

/**
 * What the boot partition holds on Linux: the keys that the bootloader trusts.
 * Source: docs/flash-format.md, "Trusted keys".
 */
export function formatTrustedKeys(publicKeyPems: readonly string[]): Uint8Array {
  const parts = publicKeyPems.flatMap(pem => {
    const bytes = publicKeyBytes(createPublicKey(pem));
    const length = new Uint8Array([bytes.length & 0xff, bytes.length >> 8]);
    return [length, bytes];
  });
  return new Uint8Array(Buffer.concat([...parts, new Uint8Array(2)]));
}
