// SPDX-License-Identifier: MIT
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { sha256, toHex, type KeyedVector } from "./keyed-vector.js";

/** The order of P-256. Source: SEC 2 2.4.2. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** DER of an integer, canonical. */
function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const body = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  return element(0x02, body);
}

const element = (tag: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.of(tag, body.length), body]);

const sequence = (...parts: Buffer[]): Buffer => element(0x30, Buffer.concat(parts));

const toBigInt = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

interface Signed {
  readonly raw: Buffer;
  readonly r: bigint;
  readonly s: bigint;
}

function signRaw(message: string, privateKey: KeyObject): Signed {
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" as const };
  const raw = sign("sha256", Buffer.from(message), key);
  return { raw, r: toBigInt(raw.subarray(0, 32)), s: toBigInt(raw.subarray(32)) };
}

/** A signature whose r and s both need a leading zero in DER, and one where neither does. */
function signWith(
  message: string,
  privateKey: KeyObject,
  isWanted: (s: Signed) => boolean,
): Signed {
  for (;;) {
    const signed = signRaw(message, privateKey);
    if (isWanted(signed)) return signed;
  }
}

const highBit = (value: bigint): boolean => value >> 255n === 1n;

/** ECDSA signatures, good and hostile, of keys made for the occasion. */
export function makeEcdsaVectors(): KeyedVector[] {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const message = "firmware";
  const digest = toHex(sha256(message));
  const vectors: KeyedVector[] = [];
  const add = (name: string, signature: Buffer, expected: KeyedVector["expected"]): void => {
    const scheme = "sig-sha256-ecdsa";
    vectors.push({ name, scheme, key: publicKey, digest, signature: toHex(signature), expected });
  };
  const high = signWith(message, privateKey, ({ r, s }) => highBit(r) && highBit(s));
  const low = signWith(message, privateKey, ({ r, s }) => !highBit(r) && !highBit(s));
  add("r and s with a leading zero", sequence(integer(high.r), integer(high.s)), "valid");
  add("r and s without one", sequence(integer(low.r), integer(low.s)), "valid");
  add("n - s, which is as good", sequence(integer(low.r), integer(N - low.s)), "valid");
  for (const [name, signature] of [...outOfRange(low), ...misencoded(low, high)]) {
    add(name, signature, "invalid");
  }
  return [...vectors, ...ofOtherKeys(message, publicKey)];
}

function outOfRange({ r, s }: Signed): [string, Buffer][] {
  const pairs: [string, bigint, bigint][] = [
    ["r = 0", 0n, s],
    ["s = 0", r, 0n],
    ["r = s = 0", 0n, 0n],
    ["r = 0, s = 1", 0n, 1n],
    ["r = n", N, s],
    ["s = n", r, N],
    ["r = s = n", N, N],
    ["n + r", N + r, s],
    ["n + s", r, N + s],
    ["r = 1, s = 1", 1n, 1n],
    ["r = n - 1, s = n - 1", N - 1n, N - 1n],
    ["r of 2 more bytes", r << 16n, s],
    ["r and s exchanged", s, r],
  ];
  return pairs.map(([name, a, b]) => [name, sequence(integer(a), integer(b))]);
}

function misencoded(low: Signed, high: Signed): [string, Buffer][] {
  const [r, s] = [integer(low.r), integer(low.s)];
  const good = sequence(r, s);
  const padded = element(0x02, Buffer.concat([Buffer.of(0), r.subarray(2)]));
  const negative = element(0x02, integer(high.r).subarray(3));
  const long = (body: Buffer): Buffer => Buffer.concat([Buffer.of(0x30, 0x81, body.length), body]);
  return [
    ["empty", Buffer.alloc(0)],
    ["r and s as 64 plain bytes", low.raw],
    ["a byte after the signature", Buffer.concat([good, Buffer.of(0)])],
    ["a byte after s", sequence(r, s, Buffer.of(0))],
    ["a third integer", sequence(r, s, integer(1n))],
    ["only r", sequence(r)],
    ["an empty sequence", sequence()],
    ["an integer without bytes", sequence(Buffer.of(0x02, 0), s)],
    ["cut by a byte", good.subarray(0, -1)],
    ["cut in the middle", good.subarray(0, good.length >> 1)],
    ["cut with its length made right", sequence(r, s.subarray(0, -1))],
    ["a leading zero too many", sequence(padded, s)],
    ["a missing leading zero", sequence(negative, integer(high.s))],
    ["a length in long form", long(good.subarray(2))],
    [
      "an integer's length in long form",
      sequence(Buffer.concat([Buffer.of(0x02, 0x81, r.length - 2), r.subarray(2)]), s),
    ],
    ["an indefinite length", Buffer.concat([Buffer.of(0x30, 0x80), r, s, Buffer.of(0, 0)])],
    ["a set in place of the sequence", Buffer.concat([Buffer.of(0x31), good.subarray(1)])],
    ["a bit string in place of r", sequence(Buffer.concat([Buffer.of(3), r.subarray(1)]), s)],
    ["r of 200 bytes", sequence(element(0x02, Buffer.alloc(100, 1)), s)],
    ["zeros", Buffer.alloc(72)],
    ["70 bytes of 0xff", Buffer.alloc(70, 0xff)],
  ];
}

function ofOtherKeys(message: string, publicKey: KeyObject): KeyedVector[] {
  const scheme = "sig-sha256-ecdsa";
  const digest = toHex(sha256(message));
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const k1 = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  const ed = generateKeyPairSync("ed25519");
  const signature = (key: KeyObject): string => toHex(sign("sha256", Buffer.from(message), key));
  const good = signature(other.privateKey);
  const flipped = toHex(sha256("firmwarf"));
  // A verifier that does not check r ≥ 1 finds infinity, takes its x for 0, and says yes.
  const trivial = { name: "r = 0, s = 1 on a digest of zeros", signature: "3006020100020101" };
  const wrong = { scheme, digest, signature: good, expected: "certificate-invalid" } as const;
  return [
    { ...wrong, name: "another key's signature", key: publicKey, expected: "invalid" },
    {
      ...wrong,
      name: "another digest",
      key: other.publicKey,
      digest: flipped,
      expected: "invalid",
    },
    {
      ...wrong,
      name: "a digest of 31 bytes",
      key: other.publicKey,
      digest: digest.slice(2),
      expected: "invalid",
    },
    { ...trivial, scheme, key: publicKey, digest: "00".repeat(32), expected: "invalid" },
    {
      ...wrong,
      name: "a key on P-384",
      key: p384.publicKey,
      signature: signature(p384.privateKey),
    },
    {
      ...wrong,
      name: "a key on secp256k1",
      key: k1.publicKey,
      signature: signature(k1.privateKey),
    },
    { ...wrong, name: "an Ed25519 key", key: ed.publicKey },
    {
      ...wrong,
      name: "a P-256 key for the RSA scheme",
      key: other.publicKey,
      scheme: "sig-sha256-rsa",
    },
  ];
}
