// SPDX-License-Identifier: MIT
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** Kinds of key, and what WebCrypto calls them. */
// prettier-ignore
export const keyKinds = Object.freeze({
  "ecdsa-p256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
});

export type KeyKind = keyof typeof keyKinds;
export const keyKindNames = Object.freeze(Object.keys(keyKinds) as KeyKind[]);

function rsa(modulusLength: number): RsaKind {
  const publicExponent = new Uint8Array([1, 0, 1]);
  return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent, hash: "SHA-256" };
}
type RsaKind = webcrypto.RsaHashedKeyGenParams & { readonly hash: string };

/** A new pair of keys. */
export async function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyKinds[kind], true, ["sign", "verify"]);
}

/** A private key as PKCS #8, PEM. */
export async function exportPrivateKey({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", privateKey);
  return `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`;
}
