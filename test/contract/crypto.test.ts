// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { publicDecrypt, constants, createPublicKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { crypto } from "xs-ota/host/crypto";
import { makeSignatureVectors } from "xs-ota/test/support/signature-vectors";
import { describeCrypto } from "./crypto.js";

const vectors = await makeSignatureVectors();

describeCrypto("Node", crypto, vectors);

test("the vectors hold every expected outcome for both schemes", () => {
  const kinds = new Set(vectors.map(({ scheme, expected }) => `${scheme} ${expected}`));
  assert.equal(kinds.size, 6);
});

test("a verifier that looks no further than the digest accepts the forgeries", () => {
  const forged = vectors.filter(({ name }) => /forged with exponent 3/u.test(name));
  assert.equal(forged.length, 3);
  for (const { certificate, signature, digest } of forged) {
    const key = createPublicKey(
      new X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" }),
    );
    const padding = constants.RSA_NO_PADDING;
    const block = publicDecrypt({ key, padding }, Buffer.from(signature, "hex"));
    assert.match(block.toString("hex"), new RegExp(`^0001(ff)*003031300d.*${digest}`, "u"));
  }
});
