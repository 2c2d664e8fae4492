// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readImageFacts } from "xs-ota/image/facts";
import {
  formatHeader,
  formatTlvs,
  type ImageHeader,
  parseHeader,
  tlvTypes,
  type TlvValue,
} from "xs-ota/image/mcuboot";
import { formatImageVersion, parseImageVersion } from "xs-ota/image/version";
import { OtaError } from "xs-ota/pal/error";

const header: ImageHeader = {
  headerSize: 32,
  bodySize: 8,
  protectedTlvSize: 0,
  flags: 0,
  loadAddress: 0,
  version: { major: 1, minor: 2, revision: 3, build: 4 },
};

const digest: TlvValue = { type: tlvTypes.sha256, value: new Uint8Array(32) };

/** A whole image with these TLVs, and a source that refuses to be read beyond it. */
function image(unprotected: Uint8Array, protectedTlvs: Uint8Array = new Uint8Array(0)): Uint8Array {
  const head = formatHeader({ ...header, protectedTlvSize: protectedTlvs.length });
  const parts = [head, new Uint8Array(header.bodySize), protectedTlvs, unprotected];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function facts(bytes: Uint8Array, limit = bytes.length): ReturnType<typeof readImageFacts> {
  const read = (into: Uint8Array, offset: number): void => {
    if (offset + into.length > bytes.length) throw new RangeError("read beyond the image");
    into.set(bytes.subarray(offset, offset + into.length));
  };
  return readImageFacts({ read }, limit);
}

function patched(bytes: Uint8Array, offset: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

const malformed = (message: RegExp): object => ({ code: "image-malformed", message });
const plain = image(formatTlvs(false, [digest]));

test("a header is read as it was formatted", () => {
  assert.deepEqual(parseHeader(formatHeader(header)), header);
});

test("a malformed header is refused, and the message names the field", () => {
  const bytes = formatHeader(header);
  assert.throws(() => parseHeader(bytes.subarray(0, 31)), malformed(/header: 31 of 32/));
  assert.throws(() => parseHeader(patched(bytes, 0, 0)), malformed(/magic 0x96f3b800/));
  assert.throws(() => parseHeader(patched(bytes, 8, 31)), malformed(/hdr_size 31/));
  assert.throws(() => parseHeader(patched(bytes, 12, 0)), malformed(/img_size is 0/));
  assert.throws(() => parseHeader(patched(bytes, 16, 4)), malformed(/flags 0x4 /));
});

test("an image that cannot fit is refused by its header alone", () => {
  const bytes = formatHeader(header);
  assert.throws(() => parseHeader(bytes, 39), { code: "image-too-large", message: /40.*39/ });
  const huge = patched(bytes, 12, 0xff, 0xff, 0xff, 0xff);
  assert.throws(() => parseHeader(huge), { code: "image-too-large" });
});

test("facts are read from the areas that they belong to", () => {
  const counter = { type: tlvTypes.securityCounter, value: new Uint8Array([7, 1, 0, 0]) };
  const target = { type: tlvTypes.deviceClass, value: new Uint8Array(16).fill(9) };
  const bytes = image(formatTlvs(false, [digest]), formatTlvs(true, [counter, target]));
  const found = facts(bytes);
  assert.deepEqual([found.securityCounter, found.size], [263, bytes.length]);
  assert.deepEqual(found.deviceClass, target.value);
  assert.equal(found.hashedSize, 40 + 4 + 8 + 20);
});

test("a security counter that the digest does not cover does not count", () => {
  const counter = { type: tlvTypes.securityCounter, value: new Uint8Array([9, 0, 0, 0]) };
  assert.equal(facts(image(formatTlvs(false, [digest, counter]))).securityCounter, 0);
});

test("malformed TLVs are refused, and the message names the entry", () => {
  const short = { type: tlvTypes.sha256, value: new Uint8Array(31) };
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [image(formatTlvs(false, [])), /TLV 0x10 is missing/],
    [image(formatTlvs(false, [digest, digest])), /TLV 0x10 occurs twice/],
    [image(formatTlvs(false, [short])), /TLV 0x10: length 31, not 32/],
    [patched(plain, 40, 8), /TLV info at 40: magic 0x6908/],
    [patched(plain, 42, 3, 0), /TLV info at 40: magic 0x6907, total 3/],
    [patched(plain, 42, 6, 0), /TLV at 44 is cut short/],
    [patched(plain, 46, 33), /TLV 0x10 at 48 exceeds its area/],
    [plain.subarray(0, 42), /TLV info at 40 is cut short/],
  ];
  for (const [bytes, message] of cases) assert.throws(() => facts(bytes), malformed(message));
  const wrongTotal = patched(image(formatTlvs(false, [digest]), formatTlvs(true, [])), 10, 3);
  assert.throws(() => facts(wrongTotal), malformed(/./));
});

test("TLVs that end behind the room there is are refused without being read", () => {
  assert.throws(() => facts(plain, plain.length - 1), { code: "image-too-large" });
  assert.throws(() => facts(patched(plain, 42, 0xff, 0xff)), { code: "image-too-large" });
});

test("no image makes the reader read beyond the limit or throw anything but an OtaError", () => {
  const outcomes = { read: 0, refused: 0 };
  const counter = { type: tlvTypes.securityCounter, value: new Uint8Array(4) };
  const valid = image(formatTlvs(false, [digest]), formatTlvs(true, [counter]));
  const changes = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(changes, edits => {
      const bytes = valid.slice();
      for (const [at, byte] of edits) bytes[at] = byte;
      try {
        assert.ok(facts(bytes).size <= bytes.length);
        outcomes.read++;
      } catch (error) {
        assert.ok(error instanceof OtaError, String(error));
        outcomes.refused++;
      }
    }),
    { numRuns: 20_000, seed: 1 },
  );
  assert.ok(outcomes.read > 1000 && outcomes.refused > 1000, JSON.stringify(outcomes));
});

test("versions are read and formatted, with a build number only when there is one", () => {
  for (const text of ["0.0.0", "1.2.3", "255.255.65535+4294967295"]) {
    assert.equal(formatImageVersion(parseImageVersion(text)), text);
  }
  for (const text of ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.65536", "1.2.3+4294967296"]) {
    assert.throws(() => parseImageVersion(text), { code: "argument-invalid" }, text);
  }
});
