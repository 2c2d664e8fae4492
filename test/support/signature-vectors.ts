// SPDX-License-Identifier: MIT
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SignatureScheme } from "xs-ota/pal/crypto";
import type { SignatureVector } from "xs-ota/test/contract/crypto";
import { SIGNED_FILE, signedFile } from "xs-ota/test/contract/data-file";
import { certificateFor } from "./certificate.js";
import { makeEcdsaVectors } from "./ecdsa-vectors.js";
import { sha256, toHex } from "./keyed-vector.js";
import { makeRsaVectors } from "./rsa-vectors.js";

interface Wycheproof {
  readonly groups: readonly {
    readonly file: string;
    readonly scheme: SignatureScheme;
    /** DER, hexadecimal. */
    readonly publicKey: string;
    readonly tests: readonly {
      readonly id: number;
      readonly comment: string;
      readonly digest: string;
      readonly signature: string;
      readonly result: "valid" | "invalid" | "acceptable";
    }[];
  }[];
}

/** A selection of Wycheproof's; what a verifier may accept there, ours must not. */
async function readWycheproof(): Promise<SignatureVector[]> {
  const path = new URL("../../../../test/support/wycheproof.json", import.meta.url);
  const { groups } = JSON.parse(readFileSync(path, "utf8")) as Wycheproof;
  const vectors: SignatureVector[] = [];
  for (const { file, scheme, publicKey, tests } of groups) {
    const certificate = await certificateFor(Buffer.from(publicKey, "hex"));
    for (const { id, comment, digest, signature, result } of tests) {
      const name = `Wycheproof ${file} ${id}, ${comment}`;
      const expected = result === "valid" ? "valid" : "invalid";
      vectors.push({ name, scheme, certificate, digest, signature, expected });
    }
  }
  return vectors;
}

/** A signature by a key of its own, with this certificate. */
function signedBy(
  pair: KeyPair,
  certificate: string,
  name: string,
  message: string | Uint8Array = "firmware",
): SignatureVector {
  const scheme = pair.publicKey.asymmetricKeyType === "rsa" ? "sig-sha256-rsa" : "sig-sha256-ecdsa";
  const signature = toHex(sign("sha256", Buffer.from(message), pair.privateKey));
  const digest = toHex(sha256(message));
  return { name, scheme, certificate, digest, signature, expected: "valid" };
}

type KeyPair = Readonly<Record<"publicKey" | "privateKey", KeyObject>>;

/** With exponent 1 a signature is the padded digest itself: anybody can make one. */
function withExponentOne(): { certificateKey: Uint8Array; signature: Buffer } {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { n = "" } = publicKey.export({ format: "jwk" });
  const key = createPublicKey({ format: "jwk", key: { kty: "RSA", n, e: "AQ" } });
  const info = Buffer.from("3031300d060960864801650304020105000420", "hex");
  const tail = Buffer.concat([Buffer.of(0), info, sha256("firmware")]);
  const padding = Buffer.alloc(256 - 2 - tail.length, 0xff);
  const signature = Buffer.concat([Buffer.of(0, 1), padding, tail]);
  return { certificateKey: key.export({ type: "spki", format: "der" }), signature };
}

/**
 * What a certificate says besides its key. A device trusts the certificates that it was given, by their names: it has no clock to
 * hold against their dates, and no chain. SECURITY.md has the policy.
 */
async function makeCertificateVectors(): Promise<SignatureVector[]> {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const twin = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const expired = await certificateFor(pair.publicKey, { notAfter: "2024-02-01" });
  const otherUsage = await certificateFor(pair.publicKey, { isForSigning: false });
  const trusted = await certificateFor(pair.publicKey);
  const { certificateKey, signature } = withExponentOne();
  const unit = await certificateFor(certificateKey);
  return [
    signedBy(pair, expired, "a certificate that has expired, which is trusted by its name"),
    signedBy(pair, otherUsage, "a certificate for another use, which is trusted by its name"),
    {
      ...signedBy(twin, trusted, "by a self-signed twin of the trusted certificate"),
      expected: "invalid",
    },
    {
      ...signedBy(pair, unit, "an RSA key whose exponent is 1, so that anybody can sign"),
      scheme: "sig-sha256-rsa",
      signature: toHex(signature),
      expected: "certificate-invalid",
    },
  ];
}

async function makeFileVector(): Promise<SignatureVector> {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return signedBy(pair, await certificateFor(pair.publicKey), SIGNED_FILE, signedFile());
}

/** Every signature that a host's crypto is tried with: Wycheproof's, and new ones of new keys. */
export async function makeSignatureVectors(): Promise<SignatureVector[]> {
  const certificates = new Map<KeyObject, string>();
  const vectors = await readWycheproof();
  for (const { key, ...vector } of [...makeEcdsaVectors(), ...makeRsaVectors()]) {
    const certificate = certificates.get(key) ?? (await certificateFor(key));
    certificates.set(key, certificate);
    vectors.push({ ...vector, certificate });
  }
  return [...vectors, ...(await makeCertificateVectors()), await makeFileVector()];
}
