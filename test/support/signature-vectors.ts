// SPDX-License-Identifier: MIT
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SignatureScheme } from "xs-ota/pal/crypto";
import type { SignatureVector } from "xs-ota/test/contract/crypto";
import { certificateFor } from "./certificate.js";
import { makeEcdsaVectors } from "./ecdsa-vectors.js";
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

/** Every signature that a host's crypto is tried with: Wycheproof's, and new ones of new keys. */
export async function makeSignatureVectors(): Promise<SignatureVector[]> {
  const certificates = new Map<KeyObject, string>();
  const vectors = await readWycheproof();
  for (const { key, ...vector } of [...makeEcdsaVectors(), ...makeRsaVectors()]) {
    const certificate = certificates.get(key) ?? (await certificateFor(key));
    certificates.set(key, certificate);
    vectors.push({ ...vector, certificate });
  }
  return vectors;
}
