// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate, type JsonWebKey } from "node:crypto";
import { test } from "node:test";
import { certificateFor } from "../support/certificate.js";

/* hosts/nrf52/certificate.c under the sanitizers, as test/native/certificate.c makes it. Node is the other opinion. */

function keysOf(certificates: readonly Uint8Array[]): string[] {
  const input = certificates.map(bytes => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  const run = spawnSync("build/certificate-native", {
    input: Buffer.concat(input),
    maxBuffer: 1 << 26,
  });
  assert.equal(run.status, 0, run.stderr.toString());
  return run.stdout.toString().trimEnd().split("\n");
}

const hex = (base64url = ""): string => Buffer.from(base64url, "base64url").toString("hex");

function expected({ kty, x, y, n, e }: JsonWebKey): string {
  return kty === "EC" ? `ecdsa ${hex(x)}${hex(y)}` : `rsa ${hex(n)} ${hex(e)}`;
}

const pems = {
  "P-256": await certificateFor(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey),
  "RSA-2048": await certificateFor(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey),
  "RSA-3072": await certificateFor(generateKeyPairSync("rsa", { modulusLength: 3072 }).publicKey),
};

for (const [name, pem] of Object.entries(pems)) {
  const { raw, publicKey } = new X509Certificate(pem);
  const key = expected(publicKey.export({ format: "jwk" }));

  test(`${name}: the key of a certificate is found, in PEM, with CR LF, after other text, and in DER`, () => {
    const texts = [pem, pem.replaceAll("\n", "\r\n"), `Subject: x\n${pem}`];
    const found = keysOf([...texts.map(text => Buffer.from(text)), raw]);
    assert.deepEqual(found, [key, key, key, key]);
  });

  test(`${name}: a certificate that is cut before the end of its key has none`, () => {
    const end = raw.indexOf(Buffer.from(key.split(" ").at(-1) ?? "", "hex"));
    const cut = Array.from({ length: end }, (_, length) => raw.subarray(0, length));
    assert.ok(end > 100);
    assert.deepEqual(new Set(keysOf(cut)), new Set(["none"]));
  });

  test(`${name}: no changed byte makes it read beyond the certificate`, () => {
    const changed = [0x00, 0x30, 0x7f, 0x80, 0x82, 0xff].flatMap(value =>
      Array.from(raw, (_, at) =>
        Buffer.concat([raw.subarray(0, at), Buffer.of(value), raw.subarray(at + 1)]),
      ),
    );
    assert.ok(new Set(keysOf(changed)).size > 10);
  });
}

test("a certificate for a key of another kind, and what is none, have no key", async () => {
  const others = await Promise.all(
    [
      generateKeyPairSync("ec", { namedCurve: "P-384" }),
      generateKeyPairSync("ed25519"),
      generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
    ].map(({ publicKey }) => certificateFor(publicKey)),
  );
  const texts = [...others, "", "-----BEGIN CERTIFICATE-----", "no certificate", "\x30\x80\x00"];
  assert.deepEqual(
    new Set(keysOf(texts.map(text => Buffer.from(text, "latin1")))),
    new Set(["none"]),
  );
});
