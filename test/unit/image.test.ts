// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import { readImageFacts } from "xs-ota/image/facts";
import { deviceClassOf, formatTrustedKeys, packImage, signImage } from "xs-ota/toolchain/image";
import { bootOnce } from "../support/bootloader.js";
import { factoryFlash, type RigGeometry, rigGeometries } from "../support/boot-rig.js";
import { sourceOf } from "../support/signed-images.js";
import { signedByEc, signedByRsa, unsigned } from "../support/imgtool-vectors.js";

const [geometry] = rigGeometries as readonly [RigGeometry];
const body = new TextEncoder().encode("xs-ota golden body");

function bootImage(bytes: Uint8Array, trustedKeys: readonly string[], deviceClass?: Uint8Array) {
  const flash = factoryFlash(geometry, { bytes });
  const enforced = deviceClass === undefined ? {} : { deviceClass };
  return bootOnce(flash, { trustedKeys, ...enforced });
}

test("an image has the bytes that MCUboot's imgtool gives it", () => {
  assert.deepEqual(packImage({ body, version: "1.2.3+4", securityCounter: 7 }), unsigned);
});

for (const [name, { image, publicKey }] of Object.entries({ signedByEc, signedByRsa })) {
  test(`an image that imgtool signed reads as it was made and boots (${name})`, () => {
    const facts = readImageFacts(sourceOf(image), image.length);
    assert.deepEqual(facts.header.version, { major: 1, minor: 2, revision: 3, build: 4 });
    assert.equal(facts.securityCounter, 7);
    assert.equal(facts.size, image.length);
    assert.equal(facts.deviceClass, undefined);
    assert.equal(bootImage(image, [publicKey]).outcome, "started");
    assert.equal(bootImage(image, []).refused, "no-signature");
  });

  test(`signing again replaces imgtool's signature and nothing before it (${name})`, () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const again = signImage(image, privateKey.export({ format: "pem", type: "pkcs8" }).toString());
    const { hashedSize } = readImageFacts(sourceOf(image), image.length);
    assert.deepEqual(again.subarray(0, hashedSize), image.subarray(0, hashedSize));
    assert.equal(bootImage(again, [publicKey]).refused, "no-signature");
  });
}

const keyKinds = {
  "ECDSA P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "RSA-2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "RSA-3072": () => generateKeyPairSync("rsa", { modulusLength: 3072 }),
};

for (const [name, generate] of Object.entries(keyKinds)) {
  test(`a signature by ${name} verifies with Node's crypto over header, body and protected TLVs`, () => {
    const { privateKey, publicKey } = generate();
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const packed = packImage({ body, version: "2.0.0", securityCounter: 1, target: "linux" });
    const image = signImage(packed, pem);
    // The layout is known: header 32, body 18, protected TLVs 4 + 8 + 20, then info, digest, key hash, signature.
    const hashed = image.subarray(0, 32 + 18 + 32);
    const tlvs = image.subarray(hashed.length + 4);
    assert.deepEqual([...tlvs.subarray(0, 4)], [0x10, 0, 32, 0]);
    assert.ok(createHash("sha256").update(hashed).digest().equals(tlvs.subarray(4, 36)));
    assert.deepEqual([...tlvs.subarray(36, 40)], [0x01, 0, 32, 0]);
    const signature = tlvs.subarray(76);
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const key = publicKey.asymmetricKeyType === "rsa" ? { key: publicKey, ...pss } : publicKey;
    assert.ok(verify("sha256", hashed, key, signature));
  });
}

test("the class of a device is enforced when the device has one and the image names one", () => {
  const { privateKey, publicKey } = keyKinds["ECDSA P-256"]();
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const trusted = [publicKey.export({ format: "pem", type: "spki" }).toString()];
  const forLinux = signImage(packImage({ body, version: "1.0.0", target: "linux" }), pem);
  const forAny = signImage(packImage({ body, version: "1.0.0" }), pem);
  const linux = deviceClassOf("linux");
  const other = deviceClassOf("mps2-an386");
  // printf linux | sha256sum, first half
  assert.equal(Buffer.from(linux).toString("hex"), "caf90169eefa5f807d577486b9f795ab");
  assert.equal(bootImage(forLinux, trusted, linux).outcome, "started");
  assert.equal(bootImage(forLinux, trusted, other).refused, "wrong-target");
  assert.equal(bootImage(forAny, trusted, other).outcome, "started");
  assert.equal(bootImage(forLinux, trusted).outcome, "started");
});

test("a header may be padded, so that the body is aligned", () => {
  const { header, size } = readImageFacts(
    sourceOf(packImage({ body, version: "1.0.0", headerSize: 512 })),
    4096,
  );
  assert.equal(header.headerSize, 512);
  assert.equal(size, 512 + body.length + 4 + 36);
});

test("what cannot be packed or signed is refused with the remedy", () => {
  assert.throws(() => packImage({ body: new Uint8Array(0), version: "1.0.0" }), /body is empty/);
  assert.throws(() => packImage({ body, version: "1.0" }), /version "1.0" is not like 1.2.3/);
  assert.throws(() => packImage({ body, version: "256.0.0" }), /version/);
  assert.throws(() => packImage({ body, version: "1.0.0", headerSize: 16 }), /headerSize 16/);
  assert.throws(() => packImage({ body, version: "1.0.0", securityCounter: -1 }), /Counter -1/);
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  assert.throws(() => signImage(unsigned, pem), /sign with ECDSA P-256, RSA-2048 or RSA-3072/);
  assert.throws(() => signImage(new Uint8Array(64), pem), { code: "image-malformed" });
});

test("trusted keys are each after their length, and end with a length of 0", () => {
  const bytes = formatTrustedKeys([signedByEc.publicKey]);
  const spki = createPublicKey(signedByEc.publicKey).export({ format: "der", type: "spki" });
  assert.deepEqual([...bytes], [spki.length, 0, ...spki, 0, 0]);
});
