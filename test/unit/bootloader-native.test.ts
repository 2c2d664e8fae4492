// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readImageFacts } from "xs-ota/image/facts";
import { formatTlvs, tlvTypes, type TlvValue } from "xs-ota/image/mcuboot";
import { OtaError } from "xs-ota/pal/error";
import { slotLayout } from "xs-ota/pal/boot/trailer";
import { formatTrustedKeys, packImage, signImage } from "xs-ota/toolchain/image";
import { sourceOf } from "../support/signed-images.js";
import { randomFrom } from "../support/sim-flash.js";

/* The core in C with Mbed TLS under the sanitizers, as test/native/bootloader.c makes it. */
const slot = Object.freeze({ size: 32768, blockSize: 4096, writeSize: 4, erasedByte: 0xff });
const { capacity } = slotLayout(slot, slot);

const folder = mkdtempSync(join(tmpdir(), "xs-ota-"));
after(() => rmSync(folder, { recursive: true }));

const keys = {
  ec: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  rsa2048: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  rsa3072: generateKeyPairSync("rsa", { modulusLength: 3072 }),
};
const publicPem = (key: KeyObject): string =>
  key.export({ format: "pem", type: "spki" }).toString();
const privatePem = (key: KeyObject): string =>
  key.export({ format: "pem", type: "pkcs8" }).toString();
const trusted = formatTrustedKeys(Object.values(keys).map(({ publicKey }) => publicPem(publicKey)));
const keyFile = join(folder, "keys");
writeFileSync(keyFile, trusted);

interface Slots {
  readonly a: Uint8Array;
  readonly b?: Uint8Array;
}

function frame(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Boots each; the core stops the run at its first step out of bounds. @returns "outcome reason" of each. */
function bootAll(all: readonly Slots[]): readonly string[] {
  const input = Buffer.concat(all.map(({ a, b }) => Buffer.concat([frame(a), frame(b ?? empty)])));
  const core = new URL("../../../bootloader-native", import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(core, [keyFile], { input, maxBuffer: 1 << 26 });
  assert.equal(status, 0, stderr.toString());
  const lines = stdout.toString().trim().split("\n");
  assert.equal(lines.length, all.length);
  return lines;
}

const empty = new Uint8Array(0);
const body = new Uint8Array(6000).fill(0x58);
const packed = packImage({ body, version: "1.0.0", securityCounter: 3, target: "linux" });
const signedBy = (pair: { privateKey: KeyObject }): Uint8Array =>
  signImage(packed, privatePem(pair.privateKey));

test("an image signed by each kind of trusted key starts", () => {
  const images = Object.values(keys).map(pair => ({ a: signedBy(pair) }));
  assert.deepEqual(
    bootAll(images),
    images.map(() => "started fine"),
  );
});

test("an image signed by another key, or by none, does not start", () => {
  const foreign = signedBy(generateKeyPairSync("ec", { namedCurve: "P-256" }));
  assert.deepEqual(bootAll([{ a: foreign }, { a: packed }]), [
    "not-bootable no-signature",
    "not-bootable no-signature",
  ]);
});

/** The image with another signature, of the EC key's hash. */
function withSignature(signature: Uint8Array, type: number = tlvTypes.ecdsa): Uint8Array {
  const { hashedSize, digest } = readImageFacts(sourceOf(packed), packed.length);
  const spki = keys.ec.publicKey.export({ format: "der", type: "spki" });
  const tlvs: TlvValue[] = [
    { type: tlvTypes.sha256, value: digest },
    { type: tlvTypes.keyHash, value: createHash("sha256").update(spki).digest() },
    { type, value: signature },
  ];
  return Buffer.concat([packed.subarray(0, hashedSize), formatTlvs(false, tlvs)]);
}

/** Order of P-256. Source: SEC 2 2.4.2. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function derInteger(value: bigint, padding = 0): number[] {
  const digits = value.toString(16);
  const bytes = [...Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex")];
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  for (let i = 0; i < padding; i++) bytes.unshift(0);
  return [0x02, bytes.length, ...bytes];
}

function derSignature(r: number[], s: number[], ...rest: number[]): Uint8Array {
  return new Uint8Array([0x30, r.length + s.length, ...r, ...s, ...rest]);
}

/** The r and s of a valid signature over the image. */
function validNumbers(): { r: bigint; s: bigint; der: Uint8Array } {
  const image = signedBy(keys.ec);
  const { hashedSize } = readImageFacts(sourceOf(image), image.length);
  const der = image.subarray(hashedSize + 4 + 36 + 36 + 4);
  const rLength = der[3] ?? 0;
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  return { r: number(der.subarray(4, 4 + rLength)), s: number(der.subarray(6 + rLength)), der };
}

test("an ECDSA signature counts only as strict DER, with r and s in their range", () => {
  const { r, s, der } = validNumbers();
  const [goodR, goodS] = [derInteger(r), derInteger(s)];
  const longForm = [0x30, 0x81, goodR.length + goodS.length, ...goodR, ...goodS];
  const hostile = [
    derSignature(derInteger(0n), goodS),
    derSignature(goodR, derInteger(0n)),
    derSignature(derInteger(0n), derInteger(0n)),
    derSignature(derInteger(order), goodS),
    derSignature(goodR, derInteger(order)),
    derSignature(derInteger(order + r), goodS),
    derSignature(goodR, derInteger(order + s)),
    derSignature(derInteger(r, 1), goodS),
    derSignature(goodR, derInteger(s, 1)),
    derSignature(goodR, goodS, 0),
    derSignature(goodR, [...goodS, 0]),
    derSignature([0x02, 0], goodS),
    new Uint8Array(longForm),
    der.subarray(0, der.length - 1),
    empty,
    new Uint8Array(72),
  ];
  const images = hostile.map(signature => ({ a: withSignature(signature) }));
  assert.deepEqual(
    bootAll(images),
    images.map(() => "not-bootable no-signature"),
  );
  assert.deepEqual(bootAll([{ a: withSignature(derSignature(goodR, goodS)) }]), ["started fine"]);
});

test("a signature under the TLV of another algorithm does not count", () => {
  const { der } = validNumbers();
  const images = [tlvTypes.rsa2048Pss, tlvTypes.rsa3072Pss, 0x21, 0x24].map(type => ({
    a: withSignature(der, type),
  }));
  assert.deepEqual(
    bootAll(images),
    images.map(() => "not-bootable no-signature"),
  );
});

test("slot-b takes the place of a slot-a that is bad, and not when it is bad too", () => {
  const image = signedBy(keys.ec);
  const bad = image.slice();
  bad[100] = 0;
  assert.deepEqual(
    bootAll([
      { a: bad, b: image },
      { a: bad, b: bad },
      { a: empty, b: image },
    ]),
    ["reverted wrong-digest", "not-bootable wrong-digest", "reverted no-image"],
  );
});

test("one flipped bit anywhere in the signed bytes, and the image does not start", () => {
  const image = signedBy(keys.ec);
  const { hashedSize } = readImageFacts(sourceOf(image), image.length);
  const flips = Array.from({ length: hashedSize }, (_, at) => {
    const flipped = image.slice();
    flipped[at] = (image[at] ?? 0) ^ (1 << (at % 8));
    return { a: flipped };
  });
  assert.deepEqual(
    new Set(bootAll(flips).map(line => line.split(" ")[0])),
    new Set(["not-bootable"]),
  );
});

/** What TypeScript makes of an image's structure, in the words of the core. */
function structureOf(image: Uint8Array): "fine" | "malformed" {
  const flash = new Uint8Array(slot.size).fill(0xff);
  flash.set(image);
  try {
    readImageFacts(sourceOf(flash), capacity);
    return "fine";
  } catch (error) {
    assert.ok(error instanceof OtaError, String(error));
    return "malformed";
  }
}

test("C and TypeScript agree on which images are malformed, and C stays in bounds", () => {
  const image = signedBy(keys.ec);
  const { hashedSize } = readImageFacts(sourceOf(image), image.length);
  const random = randomFrom(1);
  const structural = [...Array(32).keys(), ...Array(image.length - 6032).keys()].map((at, index) =>
    index < 32 ? at : at + 6032,
  );
  const mutants = Array.from({ length: 10_000 }, () => {
    const mutant = image.slice();
    for (let edits = 1 + (random() % 3); edits > 0; edits--) {
      const at = structural[random() % structural.length] ?? 0;
      mutant[at] = random() % 2 === 0 ? random() & 0xff : (mutant[at] ?? 0) ^ (1 << (random() % 8));
    }
    return { a: mutant.subarray(0, random() % 8 === 0 ? random() % image.length : image.length) };
  });
  const inC = bootAll(mutants).map(line => line.split(" ")[1] ?? "");
  const malformed = ["no-image", "malformed", "too-large"];
  const seen = { fine: 0, malformed: 0 };
  for (const [index, { a }] of mutants.entries()) {
    const structure = structureOf(a);
    seen[structure]++;
    const reason = inC[index] ?? "";
    assert.equal(
      malformed.includes(reason) ? "malformed" : "fine",
      structure,
      `${index}: ${reason}`,
    );
  }
  assert.ok(seen.fine > 1000 && seen.malformed > 1000 && hashedSize > 6032, JSON.stringify(seen));
});
