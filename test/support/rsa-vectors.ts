// SPDX-License-Identifier: MIT
import { constants, generateKeyPairSync, privateEncrypt, sign, type KeyObject } from "node:crypto";
import { sha256, toHex, type KeyedVector } from "./keyed-vector.js";

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const MESSAGE = "firmware";
const DIGEST = sha256(MESSAGE);

/** DER of DigestInfo without the digest. Source: RFC 8017 9.2, note 1. */
const SHA256_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");
const SHA1_INFO = Buffer.from("3021300906052b0e03021a05000414", "hex");
const SHA512_INFO = Buffer.from("3051300d060960864801650304020305000440", "hex");

const newPair = (modulusLength: number, publicExponent = 65_537): Pair =>
  generateKeyPairSync("rsa", { modulusLength, publicExponent });

const toBigInt = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString("hex")}`);

const toBytes = (value: bigint, size: number): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * size, "0"), "hex");

/** 00 01 FF… 00 and `info`, over the whole block or with `paddingLength` and what is `left` behind. */
function encode(size: number, info: Buffer, paddingLength = size - info.length - 3): Buffer {
  const left = Buffer.alloc(size - info.length - 3 - paddingLength);
  const padding = Buffer.alloc(paddingLength, 0xff);
  return Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), info, left]);
}

/** The private operation on a block of our choice. */
function signBlock(block: Buffer, key: KeyObject): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
}

/** The least integer whose cube is at least `value`. */
function cubeRoot(value: bigint): bigint {
  let low = 0n;
  let high = 1n << BigInt(Math.ceil(value.toString(2).length / 3) + 1);
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (middle ** 3n < value) low = middle + 1n;
    else high = middle;
  }
  return low;
}

/**
 * Bleichenbacher's forgery of 2006: with exponent 3, and a verifier that does not look behind the digest,
 * anyone can sign; no private key is used here.
 * @throws Error should the forgery not work on such a verifier.
 */
function forge(size: number, paddingLength = 8): Buffer {
  const prefix = encode(size, Buffer.concat([SHA256_INFO, DIGEST]), paddingLength);
  const root = cubeRoot(toBigInt(prefix));
  const block = toBytes(root ** 3n, size);
  const fixed = 3 + paddingLength + SHA256_INFO.length + DIGEST.length;
  if (!block.subarray(0, fixed).equals(prefix.subarray(0, fixed))) throw new Error("no forgery");
  return toBytes(root, size);
}

/** RSASSA-PKCS1-v1_5 signatures, good and hostile, of keys made for the occasion. */
export function makeRsaVectors(): KeyedVector[] {
  const pairs = [newPair(2048), newPair(3072), newPair(2048, 3)];
  const vectors = pairs.flatMap(pair => [
    vector("as it should be", pair, sign("sha256", Buffer.from(MESSAGE), pair.privateKey), "valid"),
    ...hostileBlocks(pair),
    ...hostileLengths(pair),
  ]);
  const [first = newPair(2048), , cubic = newPair(2048, 3)] = pairs;
  return [
    ...vectors,
    ...[8, 0, 24].map(padding =>
      vector(
        `forged with exponent 3, padding of ${padding}`,
        cubic,
        forge(256, padding),
        "invalid",
      ),
    ),
    vector("the cube root of nothing", cubic, Buffer.alloc(256), "invalid"),
    ...ofOtherKeys(first),
  ];
}

function vector(
  name: string,
  { publicKey }: Pair,
  signature: Buffer,
  expected: KeyedVector["expected"],
): KeyedVector {
  const { modulusLength = 0, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
  return {
    name: `RSA-${modulusLength}, e = ${publicExponent}: ${name}`,
    scheme: "sig-sha256-rsa",
    key: publicKey,
    digest: toHex(DIGEST),
    signature: toHex(signature),
    expected,
  };
}

/** Blocks that somebody with the private key signed, and that a lenient parser takes for the digest's. */
function hostileBlocks(pair: Pair): KeyedVector[] {
  const size = (pair.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const good = encode(size, Buffer.concat([SHA256_INFO, DIGEST]));
  const changed = (at: number, byte: number): Buffer => {
    const block = Buffer.from(good);
    block[at] = byte;
    return block;
  };
  const noNull = Buffer.from("302f300b0609608648016503040201" + "0420", "hex");
  const longLength = Buffer.from("308131300d060960864801650304020105000420", "hex");
  const blocks: readonly (readonly [string, Buffer])[] = [
    ["digest followed by zeros", encode(size, Buffer.concat([SHA256_INFO, DIGEST]), 8)],
    ["block type 2", changed(1, 2)],
    ["block type 0", changed(1, 0)],
    ["a byte of padding is 0xfe", changed(10, 0xfe)],
    ["a byte of padding is 0", changed(9, 0)],
    ["no zero after the padding", changed(size - 52, 0xff)],
    ["no parameters in the algorithm", encode(size, Buffer.concat([noNull, DIGEST]))],
    ["a length in long form", encode(size, Buffer.concat([longLength, DIGEST]))],
    [
      "SHA-1's name on the digest",
      encode(size, Buffer.concat([SHA1_INFO, DIGEST.subarray(0, 20)])),
    ],
    ["SHA-512's name", encode(size, Buffer.concat([SHA512_INFO, DIGEST, DIGEST]))],
    ["the digest alone, without its name", encode(size, DIGEST)],
    ["the digest and nothing else", Buffer.concat([Buffer.alloc(size - 32), DIGEST])],
    ["the last bit of the digest is another", changed(size - 1, (DIGEST[31] ?? 0) ^ 1)],
  ];
  return blocks.map(([name, block]) =>
    vector(name, pair, signBlock(block, pair.privateKey), "invalid"),
  );
}

function hostileLengths(pair: Pair): KeyedVector[] {
  const { n = "" } = pair.publicKey.export({ format: "jwk" });
  const modulus = Buffer.from(n, "base64url");
  const good = sign("sha256", Buffer.from(MESSAGE), pair.privateKey);
  const size = good.length;
  const signatures: readonly (readonly [string, Buffer])[] = [
    ["empty", Buffer.alloc(0)],
    ["a byte shorter", good.subarray(1)],
    ["a zero in front", Buffer.concat([Buffer.of(0), good])],
    ["a byte longer", Buffer.concat([good, Buffer.of(0)])],
    ["the modulus", modulus],
    ["one less than the modulus", toBytes(toBigInt(modulus) - 1n, size)],
    ["zeros", Buffer.alloc(size)],
    ["one", toBytes(1n, size)],
    ["0xff everywhere", Buffer.alloc(size, 0xff)],
    ["a bit of it flipped", Buffer.from(good.map((byte, at) => (at === 99 ? byte ^ 1 : byte)))],
    ["the signature plus the modulus", toBytes(toBigInt(good) + toBigInt(modulus), size)],
  ];
  return signatures.map(([name, signature]) => vector(name, pair, signature, "invalid"));
}

function ofOtherKeys(pair: Pair): KeyedVector[] {
  const other = newPair(2048);
  const message = Buffer.from(MESSAGE);
  const pss = { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
  const small = newPair(1024);
  const pssKey = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
  const good = sign("sha256", message, pair.privateKey);
  const ecdsa: Partial<KeyedVector> = { scheme: "sig-sha256-ecdsa" };
  const wrong = "certificate-invalid";
  return [
    vector("another key's signature", other, good, "invalid"),
    vector("a PSS signature", pair, sign("sha256", message, pss), "invalid"),
    vector("SHA-512 signed", pair, sign("sha512", message, pair.privateKey), "invalid"),
    vector("a key of 1024 bits", small, sign("sha256", message, small.privateKey), wrong),
    vector("a key for PSS only", pssKey, good, wrong),
    { ...vector("for the ECDSA scheme", pair, good, wrong), ...ecdsa },
    { ...vector("a digest of 31 bytes", pair, good, "invalid"), digest: toHex(DIGEST.subarray(1)) },
  ];
}
