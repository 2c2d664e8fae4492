// SPDX-License-Identifier: MIT
import { p256 } from "@noble/curves/nist.js";
import {
  constants,
  createHash,
  publicDecrypt,
  X509Certificate,
  type Hash,
  type KeyObject,
} from "node:crypto";
import { parseEcdsaSignature } from "xs-ota/common/ecdsa-signature";
import type { Crypto, Sha256, SignatureScheme } from "xs-ota/pal/crypto";
import { OtaError } from "xs-ota/pal/error";

const DIGEST_SIZE = 32;

/** DER of DigestInfo for SHA-256, without the digest. Source: RFC 8017 9.2, note 1. */
const DIGEST_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");

const RSA_BITS: readonly number[] = Object.freeze([2048, 3072]);

type Verify = (key: KeyObject, digest: Uint8Array, signature: Uint8Array) => boolean;

const verifiers: Readonly<Record<SignatureScheme, Verify>> = Object.freeze({
  "sig-sha256-ecdsa": verifyEcdsa,
  "sig-sha256-rsa": verifyRsa,
});

/** Cryptography by Node, and by noble-curves for ECDSA over a digest, which Node has no call for. */
export const crypto: Crypto = Object.freeze({
  sha256: () => new NodeSha256(),
  verify(
    scheme: SignatureScheme,
    certificate: Uint8Array,
    digest: Uint8Array,
    signature: Uint8Array,
  ): boolean {
    const key = publicKeyOf(certificate);
    return verifiers[scheme](key, digest, signature) && digest.length === DIGEST_SIZE;
  },
});

class NodeSha256 implements Sha256 {
  #hash: Hash | undefined = createHash("sha256");

  update(bytes: Uint8Array): void {
    this.#open().update(bytes);
  }

  digest(): Uint8Array {
    const digest = this.#open().digest();
    this.#hash = undefined;
    return Uint8Array.from(digest);
  }

  #open(): Hash {
    if (this.#hash === undefined) throw new OtaError("state-invalid", "the digest was taken");
    return this.#hash;
  }
}

function publicKeyOf(certificate: Uint8Array): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch (error) {
    throw new OtaError("certificate-invalid", (error as Error).message);
  }
}

function need(holds: boolean, otherwise: string): void {
  if (!holds) throw new OtaError("certificate-invalid", otherwise);
}

function verifyEcdsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  need(curve === "prime256v1", `the certificate's key is ${curve ?? "not on a curve"}, not P-256`);
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = Buffer.concat([Uint8Array.of(4), ...[x, y].map(c => Buffer.from(c, "base64url"))]);
  const scalars = parseEcdsaSignature(signature);
  if (scalars === undefined) return false;
  return p256.verify(scalars, digest, point, { prehash: false, lowS: false, format: "compact" });
}

function verifyRsa(key: KeyObject, digest: Uint8Array, signature: Uint8Array): boolean {
  const size = rsaSizeOf(key);
  if (signature.length !== size) return false;
  return publicOperation(key, signature)?.equals(encodeRsa(digest, size)) === true;
}

/** @returns bytes of the modulus. */
function rsaSizeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): number {
  need(asymmetricKeyType === "rsa", `the certificate's key is ${String(asymmetricKeyType)}`);
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  need(RSA_BITS.includes(modulusLength), `an RSA key of ${modulusLength} bits`);
  // With 1 the signature is the message itself; RFC 8017 3.1 wants an odd one of at least 3.
  need(publicExponent >= 3n && publicExponent % 2n === 1n, `RSA exponent ${publicExponent}`);
  return modulusLength / 8;
}

/** @returns `undefined` when the signature is not less than the modulus. */
function publicOperation(key: KeyObject, signature: Uint8Array): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return undefined;
  }
}

/** EMSA-PKCS1-v1_5, of which there is one for each digest: nothing is parsed. Source: RFC 8017 9.2. */
function encodeRsa(digest: Uint8Array, size: number): Buffer {
  const info = Buffer.concat([DIGEST_INFO, digest]);
  const encoded = Buffer.alloc(size, 0xff);
  encoded.set([0, 1]);
  encoded[size - info.length - 1] = 0;
  encoded.set(info, size - info.length);
  return encoded;
}
