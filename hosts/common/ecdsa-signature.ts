// SPDX-License-Identifier: MIT

/** Bytes of r, of s, and of the group order n of P-256. */
const SCALAR_SIZE = 32;

/** The order n of P-256, big-endian. Source: SEC 2 2.4.2; FIPS 186-5. */
const ORDER: readonly number[] = Object.freeze([
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
]);

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * The r and s of a DER-encoded ECDSA signature on P-256, as 64 bytes.
 * Strict: one encoding for each signature, 1 ≤ r, s < n. Many verifiers check neither, and some of them
 * accept r = 0 or never return.
 * @returns `undefined` for anything else.
 * Source: RFC 3279 2.2.3; ITU-T X.690 8.3 and 10.1; SEC 1 4.1.4.
 */
export function parseEcdsaSignature(der: Uint8Array): Uint8Array | undefined {
  // Two integers of 33 bytes at most: every length fits its short form.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const r = readScalar(der, 2);
  if (r === undefined) return undefined;
  const s = readScalar(der, r.end);
  if (s?.end !== der.length) return undefined;
  const both = new Uint8Array(2 * SCALAR_SIZE);
  both.set(r.scalar, SCALAR_SIZE - r.scalar.length);
  both.set(s.scalar, 2 * SCALAR_SIZE - s.scalar.length);
  return both;
}

interface Scalar {
  /** Without leading zeros. */
  readonly scalar: Uint8Array;
  /** Offset of what follows it. */
  readonly end: number;
}

function readScalar(der: Uint8Array, offset: number): Scalar | undefined {
  const length = der[offset + 1] ?? 0;
  const end = offset + 2 + length;
  if (der[offset] !== INTEGER || length === 0 || end > der.length) return undefined;
  const scalar = positive(der.subarray(offset + 2, end));
  return scalar !== undefined && inRange(scalar) ? { scalar, end } : undefined;
}

/** @returns the magnitude of a canonical DER integer above zero. */
function positive(integer: Uint8Array): Uint8Array | undefined {
  const [first = 0, second = 0] = integer;
  if (first >= 0x80) return undefined; // negative
  if (first !== 0) return integer;
  return second < 0x80 ? undefined : integer.subarray(1); // zero, or a leading zero too many
}

/** Whether `scalar`, which is not zero, is less than n. */
function inRange(scalar: Uint8Array): boolean {
  if (scalar.length !== SCALAR_SIZE) return scalar.length < SCALAR_SIZE;
  const at = scalar.findIndex((byte, index) => byte !== ORDER[index]);
  return at >= 0 && (scalar[at] as number) < (ORDER[at] as number);
}
