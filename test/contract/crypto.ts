// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Crypto, SignatureScheme } from "xs-ota/pal/crypto";
import { OtaError } from "xs-ota/pal/error";

/** A signature and what a host must say of it. Plain data, so that it can go to any machine. */
export interface SignatureVector {
  readonly name: string;
  readonly scheme: SignatureScheme;
  /** PEM. */
  readonly certificate: string;
  /** Hexadecimal, as is `signature`. */
  readonly digest: string;
  readonly signature: string;
  readonly expected: "valid" | "invalid" | "certificate-invalid";
}

/** A SHA-256 of `bytes` times `count`. */
export interface DigestVector {
  readonly name: string;
  readonly bytes: string;
  readonly count: number;
  readonly digest: string;
}

/** Source: FIPS 180-4 examples, NIST "SHA256.pdf" and "SHA2_Additional.pdf". */
// prettier-ignore
export const digestVectors: readonly DigestVector[] = Object.freeze([
  { name: "nothing",       bytes: "",       count: 1, digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { name: "abc",           bytes: "616263", count: 1, digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  { name: "55 zeros",      bytes: "00",     count: 55, digest: "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7" },
  { name: "56 zeros",      bytes: "00",     count: 56, digest: "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb" },
  { name: "64 zeros",      bytes: "00",     count: 64, digest: "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b" },
  { name: "a million of a", bytes: "61",    count: 1_000_000, digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
]);

/** No signature, however hostile, may keep a host busy for longer; a board takes most of a second for a good one. */
const MAX_MS = 20_000;

/** How much longer it may take than the slowest good one, on a machine that does other things too. */
const HARDLY = 3;
const SLACK_MS = 1000;

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );

const toHex = (bytes: Uint8Array): string =>
  [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");

const fromAscii = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0));

function outcome(crypto: Crypto, vector: SignatureVector): SignatureVector["expected"] {
  try {
    const { scheme, certificate, digest, signature } = vector;
    const args = [fromAscii(certificate), fromHex(digest), fromHex(signature)] as const;
    return crypto.verify(scheme, ...args) ? "valid" : "invalid";
  } catch (error) {
    assert.ok(error instanceof OtaError, String(error));
    assert.equal(error.code, "certificate-invalid");
    return "certificate-invalid";
  }
}

/** What pal/crypto.ts promises. @param vectors signatures, hostile ones above all. */
export function describeCrypto(
  name: string,
  crypto: Crypto,
  vectors: readonly SignatureVector[],
): void {
  for (const vector of digestVectors) {
    test(`${name}: SHA-256 of ${vector.name}, in large pieces and in uneven ones`, () => {
      const unit = fromHex(vector.bytes);
      const length = unit.length * vector.count;
      for (const step of [4096, 977]) {
        const sha256 = crypto.sha256();
        const piece = new Uint8Array(step).fill(unit[0] ?? 0);
        piece.set(unit);
        for (let at = 0; at < length; at += step)
          sha256.update(piece.subarray(0, Math.min(step, length - at)));
        assert.equal(toHex(sha256.digest()), vector.digest);
      }
    });
  }

  test(`${name}: two SHA-256 streams do not meet`, () => {
    const first = crypto.sha256();
    const second = crypto.sha256();
    first.update(fromAscii("ab"));
    second.update(fromAscii("x"));
    first.update(fromAscii("c"));
    assert.equal(toHex(first.digest()), digestVectors[1]?.digest);
    assert.equal(second.digest().length, 32);
  });

  test(`${name}: a SHA-256 stream ends with its digest`, () => {
    const sha256 = crypto.sha256();
    sha256.digest();
    const ended = { code: "state-invalid" };
    assert.throws(() => sha256.digest(), ended);
    assert.throws(() => sha256.update(Uint8Array.of(1)), ended);
  });

  const slowest = { valid: 0, other: 0 };
  for (const vector of vectors) {
    test(`${name}: ${vector.scheme}, ${vector.expected}: ${vector.name}`, () => {
      const start = Date.now();
      assert.equal(outcome(crypto, vector), vector.expected);
      const took = Date.now() - start;
      const kind = vector.expected === "valid" ? "valid" : "other";
      slowest[kind] = Math.max(slowest[kind], took);
      assert.ok(took < MAX_MS, "takes too long");
    });
  }

  test(`${name}: a hostile signature keeps it busy hardly longer than a good one`, () => {
    const { valid, other } = slowest;
    assert.ok(other <= HARDLY * valid + SLACK_MS, `${other} ms, and ${valid} ms for a good one`);
  });

  test(`${name}: bytes that are no certificate are "certificate-invalid"`, () => {
    const digest = new Uint8Array(32);
    const malformed = ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "0"];
    for (const text of malformed) {
      for (const scheme of ["sig-sha256-ecdsa", "sig-sha256-rsa"] as const) {
        const verify = (): boolean => crypto.verify(scheme, fromAscii(text), digest, digest);
        assert.throws(verify, { code: "certificate-invalid" });
      }
    }
  });
}
