// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createPrivateKey, verify, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { keyKindNames } from "xs-ota/cli/keys";
import { schemeOf, signDetached } from "xs-ota/cli/signing";
import { runCli } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3"; // id-kp-codeSigning, RFC 5280 4.2.1.12

for (const type of keyKindNames) {
  test(`an ${type} key signs what its certificate verifies`, async t => {
    const out = temporaryFolder(t);
    const { code, values } = await runCli("keys", "--type", type, "--out", out, "--json");
    assert.equal(code, 0);
    assert.deepEqual(values, [
      {
        type,
        key: join(out, "code-signing.key.pem"),
        certificate: join(out, "code-signing.cert.pem"),
      },
    ]);
    const key = createPrivateKey(readFileSync(join(out, "code-signing.key.pem")));
    const certificate = new X509Certificate(readFileSync(join(out, "code-signing.cert.pem")));
    const file = Buffer.from("firmware");
    const { scheme, signature } = signDetached(file, key);
    assert.equal(scheme, type === "ecdsa-p256" ? "sig-sha256-ecdsa" : "sig-sha256-rsa");
    assert.ok(verify("sha256", file, certificate.publicKey, Buffer.from(signature, "base64")));
    assert.deepEqual(certificate.keyUsage, [CODE_SIGNING]);
    assert.equal(schemeOf(certificate.publicKey), scheme);
  });
}

test("the private key can be read by its owner alone", async t => {
  const out = temporaryFolder(t);
  await runCli("keys", "--out", out);
  assert.equal(statSync(join(out, "code-signing.key.pem")).mode & 0o777, 0o600);
});

test("keys never writes over a key", async t => {
  const out = temporaryFolder(t);
  await runCli("keys", "--out", out);
  const before = readFileSync(join(out, "code-signing.key.pem"));
  const { code, error } = await runCli("keys", "--out", out);
  assert.equal(code, 3);
  assert.match(error, /code-signing\.key\.pem exists already/);
  assert.deepEqual(readFileSync(join(out, "code-signing.key.pem")), before);
});

test("keys leaves no key behind when its certificate cannot be written", async t => {
  const out = temporaryFolder(t);
  await runCli("keys", "--out", out);
  rmSync(join(out, "code-signing.key.pem"));
  const { code } = await runCli("keys", "--out", out);
  assert.equal(code, 3);
  assert.deepEqual(readdirSync(out), ["code-signing.cert.pem"]);
});

test("an option that is wrong exits with 2 and says what is right", async () => {
  const { code, error } = await runCli("keys", "--days", "0");
  assert.equal(code, 2);
  assert.match(error, /--days.*whole number from 1/);
});
