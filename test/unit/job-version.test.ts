// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkVersion, formatVersion, packVersion, parseVersion } from "xs-ota/job/version";

/** Packed as AppVersion32_t: major, minor, build from the highest byte on. */
const versions: readonly (readonly [text: string, packed: number])[] = [
  ["0.0.0", 0x00000000],
  ["0.9.2", 0x00090002],
  ["1.9.2", 0x01090002],
  ["1.2.3", 0x01020003],
  ["128.0.0", 0x80000000],
  ["255.255.65535", 0xffffffff],
];

for (const [text, packed] of versions) {
  test(`${text} is 0x${packed.toString(16).padStart(8, "0")}, both ways`, () => {
    assert.equal(parseVersion(text), packed);
    assert.equal(formatVersion(packed), text);
  });
}

test("versions compare as numbers, the highest major included", () => {
  const inOrder = ["0.0.1", "0.1.0", "0.255.65535", "1.0.0", "127.0.0", "128.0.0"].map(
    parseVersion,
  );
  assert.deepEqual(
    [...inOrder].sort((a, b) => a - b),
    inOrder,
  );
});

test("what is not major.minor.build is refused", () => {
  for (const text of [
    "",
    "1",
    "1.2",
    "1.2.3.4",
    "v1.2.3",
    "1.2.x",
    " 1.2.3",
    "1.2.3\n",
    "1..3",
    "-1.2.3",
  ]) {
    assert.throws(() => parseVersion(text), { code: "argument-invalid" }, text);
  }
});

test("a part out of range is refused", () => {
  for (const text of ["256.0.0", "0.256.0", "0.0.65536", "999.0.0"]) {
    assert.throws(() => parseVersion(text), { code: "argument-invalid" }, text);
  }
  for (const part of [-1, 0.5, NaN, Infinity]) {
    assert.throws(() => packVersion(part, 0, 0), { code: "argument-invalid" }, String(part));
    assert.throws(() => packVersion(0, part, 0), { code: "argument-invalid" }, String(part));
    assert.throws(() => packVersion(0, 0, part), { code: "argument-invalid" }, String(part));
  }
});

test("a newer image may replace an older one", () => {
  checkVersion(parseVersion("1.9.3"), parseVersion("1.9.2"));
  checkVersion(parseVersion("200.0.0"), parseVersion("100.0.0"));
});

test("the same version is refused, and named", () => {
  const version = parseVersion("1.9.2");
  assert.throws(() => checkVersion(version, version), { code: "version-same", message: /1\.9\.2/ });
});

test("an older version is refused, and both are named", () => {
  assert.throws(() => checkVersion(parseVersion("1.9.2"), parseVersion("1.10.0")), {
    code: "version-older",
    message: /1\.9\.2.*1\.10\.0/,
  });
});
