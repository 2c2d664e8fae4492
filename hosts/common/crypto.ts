// SPDX-License-Identifier: MIT
import type { Crypto, Sha256, SignatureScheme } from "xs-ota/pal/crypto";
import { OtaError } from "xs-ota/pal/error";

// prettier-ignore
class Sha256Context extends (Native("xs_otasha256_destructor") as new () => object) {
  constructor() { super(); native("xs_otasha256").call(this); }
  update(bytes: Uint8Array): void { native("xs_otasha256_update").call(this, bytes); }
  digest(): ArrayBuffer { return native("xs_otasha256_digest").call(this); }
}
Object.freeze(Sha256Context.prototype);

// prettier-ignore
const verify = (isEcdsa: boolean, certificate: Uint8Array, digest: Uint8Array, signature: Uint8Array): Verdict =>
  native("xs_otacrypto_verify").call(undefined, isEcdsa, certificate, digest, signature);

/** OtaVerdict of signature.h. */
type Verdict = 0 | 1 | 2;

const VALID: Verdict = 1;
const CERTIFICATE_INVALID: Verdict = 2;

class Sha256Stream implements Sha256 {
  #context: Sha256Context | undefined = new Sha256Context();

  update(bytes: Uint8Array): void {
    this.#open().update(bytes);
  }

  digest(): Uint8Array {
    const digest = this.#open().digest();
    this.#context = undefined;
    return new Uint8Array(digest);
  }

  #open(): Sha256Context {
    if (this.#context !== undefined) return this.#context;
    throw new OtaError("state-invalid", "the digest has been taken");
  }
}
Object.freeze(Sha256Stream.prototype);

/** Cryptography by what the host has: Mbed TLS, PSA, CryptoCell. */
export const crypto: Crypto = Object.freeze({
  sha256: () => new Sha256Stream(),

  verify(
    scheme: SignatureScheme,
    certificate: Uint8Array,
    digest: Uint8Array,
    signature: Uint8Array,
  ): boolean {
    const verdict = verify(scheme === "sig-sha256-ecdsa", certificate, digest, signature);
    if (verdict === CERTIFICATE_INVALID) {
      throw new OtaError("certificate-invalid", `the certificate has no key for ${scheme}`);
    }
    return verdict === VALID;
  },
});
