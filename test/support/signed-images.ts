// SPDX-License-Identifier: MIT
import { p256 } from "@noble/curves/nist.js";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { readImageFacts } from "xs-ota/image/facts";
import { formatTlvs, tlvTypes } from "xs-ota/image/mcuboot";
import type { FlashPartition } from "xs-ota/pal/flash";
import { packImage, publicKeyBytes } from "xs-ota/toolchain/image";

/** A key pair that is the same in each run, so that a failing run can be repeated byte for byte. */
export interface TestKey {
  readonly privatePem: string;
  readonly publicPem: string;
  readonly secret: Uint8Array;
}

const sha256 = (bytes: Uint8Array | string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(bytes).digest());

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");

function keyFrom(seed: string): TestKey {
  const secret = sha256(seed);
  const point = p256.getPublicKey(secret, false);
  const [x, y] = [base64url(point.subarray(1, 33)), base64url(point.subarray(33))];
  const jwk = { kty: "EC", crv: "P-256", x, y, d: base64url(secret) };
  const key = createPrivateKey({ format: "jwk", key: jwk });
  return {
    secret,
    privatePem: key.export({ format: "pem", type: "pkcs8" }).toString(),
    publicPem: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
  };
}

/** The key that devices under test trust. */
export const trusted = keyFrom("a key that devices under test trust");
/** A key that nobody trusts. */
export const foreign = keyFrom("a key that nobody trusts");

/** A signed image, and what tells it from others. */
export interface RigImage {
  readonly bytes: Uint8Array;
  /** Hexadecimal. */
  readonly digest: string;
  readonly version: string;
  readonly securityCounter: number;
}

/** Reads from an image in RAM. */
export function sourceOf(image: Uint8Array): Pick<FlashPartition, "read"> {
  return {
    read: (into, offset) => into.set(image.subarray(offset, offset + into.length)),
  };
}

/**
 * An image of about `size` bytes; no two of its 64-byte lines are alike nearby, nor those of two versions. As toolchain/image.ts makes it, but with
 * the signature of RFC 6979, which is the same each time.
 */
export function makeImage(
  version: string,
  size: number,
  securityCounter: number,
  { secret, publicPem } = trusted,
): RigImage {
  const first = version.split(".").reduce((sum, number) => 7 * sum + Number(number), 1);
  const body = Uint8Array.from({ length: size - 256 }, (_, at) => first + 11 * (at >> 6));
  const packed = packImage({ body, version, securityCounter });
  const { digest, hashedSize } = readImageFacts(sourceOf(packed), packed.length);
  const options = { prehash: false, lowS: false, format: "der" } as const;
  const tlvs = formatTlvs(false, [
    { type: tlvTypes.sha256, value: digest },
    { type: tlvTypes.keyHash, value: sha256(publicKeyBytes(createPublicKey(publicPem))) },
    { type: tlvTypes.ecdsa, value: p256.sign(digest, secret, options) },
  ]);
  const bytes = new Uint8Array([...packed.subarray(0, hashedSize), ...tlvs]);
  return { bytes, digest: Buffer.from(digest).toString("hex"), version, securityCounter };
}
