// SPDX-License-Identifier: MIT

/** SHA-256 over a stream. Source: FIPS 180-4. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The digest, 32 bytes. Ends the stream: any later call throws OtaError "state-invalid". */
  digest(): Uint8Array;
}

/**
 * Signature schemes, named as AWS IoT names the key in the job document: `sig-` and the algorithm.
 * "sig-sha256-rsa" is RSASSA-PKCS1-v1_5 with a key of 2048 or 3072 bits; "sig-sha256-ecdsa" is ECDSA
 * on P-256 with a DER signature. Source: AWS IoT CreateOTAUpdate; RFC 8017 8.2; SEC 1 4.1.
 */
export type SignatureScheme = "sig-sha256-ecdsa" | "sig-sha256-rsa";

/** All schemes. */
export const signatureSchemes: readonly SignatureScheme[] = Object.freeze([
  "sig-sha256-ecdsa",
  "sig-sha256-rsa",
]);

/** The host's cryptography, by hardware where the chip has it. */
export interface Crypto {
  /** A new, empty stream. */
  sha256(): Sha256;

  /**
   * Verifies `signature` over a SHA-256 `digest` with the public key of an X.509 `certificate`.
   * An ECDSA signature must be strict DER with 1 ≤ r, s < n; the RSA padding is compared whole.
   * @param certificate PEM or DER.
   * @returns false for any signature that is not valid for this key, malformed ones included.
   * @throws OtaError "certificate-invalid" when the certificate does not parse, or its key is not of the scheme.
   */
  verify(
    scheme: SignatureScheme,
    certificate: Uint8Array,
    digest: Uint8Array,
    signature: Uint8Array,
  ): boolean;
}
