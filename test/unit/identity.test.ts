// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Identity, readIdentity } from "xs-ota/common/identity";
import { formatJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { SimFlash } from "xs-ota/test/support/sim-flash";

const identity: Identity = {
  thingName: "thing-1",
  endpoint: { host: "127.0.0.1", port: 1883 },
  certificates: { "signer.pem": "-----BEGIN CERTIFICATE-----\n" + "A".repeat(600) },
};

function flashWith(text: string, erasedByte = 0xff): SimFlash {
  const flash = new SimFlash({ size: 8192, blockSize: 4096, writeSize: 1, erasedByte });
  flash.write(encodeUtf8(text), 0);
  return flash;
}

test("the identity that was provisioned is read", () => {
  for (const erasedByte of [0xff, 0x00]) {
    assert.deepEqual(readIdentity(flashWith(formatJson(identity), erasedByte)), identity);
  }
});

test("what mutual TLS needs is read where it was provisioned", () => {
  const tls = { rootCertificate: "root", certificate: "own", privateKey: "key" };
  assert.deepEqual(readIdentity(flashWith(formatJson({ ...identity, tls }))).tls, tls);
});

test("an identity that fills the partition to its last byte is read", () => {
  const room = 8192 - formatJson({ ...identity, thingName: "" }).length;
  const full = { ...identity, thingName: "x".repeat(room) };
  assert.deepEqual(readIdentity(flashWith(formatJson(full))), full);
});

// prettier-ignore
const wrong: readonly (readonly [text: string, message: RegExp])[] = [
  ["",                                                           /empty/u],
  ["{",                                                          /no JSON/u],
  ["[]",                                                         /not an object/u],
  ["null",                                                       /not an object/u],
  [formatJson({ ...identity, thingName: 7 }),                /thingName is missing, or no text/u],
  [formatJson({ ...identity, thingName: "" }),               /thingName is missing, or no text/u],
  [formatJson({ ...identity, endpoint: undefined }),         /endpoint is missing, or no object/u],
  [formatJson({ ...identity, endpoint: { port: 1 } }),       /endpoint\.host is missing, or no text/u],
  [formatJson({ ...identity, endpoint: { host: "h", port: "1" } }), /endpoint\.port is not a number in 1\.\.65535/u],
  [formatJson({ ...identity, endpoint: { host: "h", port: 65_536 } }), /endpoint\.port is not a number in 1\.\.65535/u],
  [formatJson({ ...identity, certificates: { a: 1 } }),      /certificates is not an object of PEM by name/u],
  [formatJson({ ...identity, tls: { certificate: "own" } }), /tls has not rootCertificate, certificate, privateKey as texts/u],
  [formatJson({ ...identity, tls: null }),                   /tls has not rootCertificate/u],
];

for (const [text, message] of wrong) {
  test(`names what is wrong with ${text.slice(0, 40)}`, () => {
    assert.throws(() => readIdentity(flashWith(text)), { code: "argument-invalid", message });
  });
}
