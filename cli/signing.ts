// SPDX-License-Identifier: MIT
import "reflect-metadata";
import { createPrivateKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { SignatureScheme } from "xs-ota/pal/crypto";
import { CliError, messageOf } from "./failure.js";
import { exportPrivateKey, generateKeys, type KeyKind, keyKinds } from "./keys.js";

/** A private key and its certificate, PEM. */
export interface CodeSigningPair {
  readonly privateKey: string;
  readonly certificate: string;
}

/**
 * Makes a code-signing key and a self-signed certificate for it, valid from now for `days` days.
 * Source: RFC 5280 4.2.1.12 (id-kp-codeSigning); AWS IoT developer guide, "Create a code-signing certificate".
 */
export async function createCodeSigningPair(
  kind: KeyKind,
  commonName: string,
  days: number,
): Promise<CodeSigningPair> {
  const keys = await generateKeys(kind);
  const notBefore = new Date();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: keyKinds[kind],
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * 86_400_000),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const privateKey = await exportPrivateKey(keys);
  return { privateKey, certificate: `${certificate.toString("pem")}\n` };
}

/**
 * Parses a private key, PEM.
 * @throws CliError "input" naming `path`, also for a key that no signature scheme takes.
 */
export function parsePrivateKey(pem: Uint8Array, path: string): KeyObject {
  try {
    const key = createPrivateKey(Buffer.from(pem));
    schemeOf(key);
    return key;
  } catch (error) {
    throw new CliError(
      "input",
      `the key ${path} cannot be used: ${messageOf(error)}`,
      "Give an ECDSA P-256, RSA-2048 or RSA-3072 private key in PEM; `xs-ota keys` makes one.",
    );
  }
}

/** The keys that signatures are made with, as Node names their type and their curve or size. */
// prettier-ignore
const schemeOfKey: Readonly<Record<string, SignatureScheme>> = Object.freeze({
  "ec prime256v1": "sig-sha256-ecdsa",
  "rsa 2048":      "sig-sha256-rsa",
  "rsa 3072":      "sig-sha256-rsa",
});

/** Type and curve or size of a key: "ec prime256v1", "rsa 2048". */
export function keyTypeOf(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  return `${key.asymmetricKeyType} ${namedCurve ?? modulusLength}`;
}

/** The signature scheme that a key, private or public, is for. @throws Error when there is none. */
export function schemeOf(key: KeyObject): SignatureScheme {
  const name = keyTypeOf(key);
  const scheme = schemeOfKey[name];
  if (scheme === undefined) throw new Error(`no signature scheme takes a key of type ${name}`);
  return scheme;
}

/** The signature over the whole file that a job document carries, as AWS IoT Code Signing makes it. */
export interface DetachedSignature {
  readonly scheme: SignatureScheme;
  /** Base64 of the DER ECDSA signature, or of the RSASSA-PKCS1-v1_5 one. */
  readonly signature: string;
}

/** Signs a whole file for the job document. */
export function signDetached(file: Uint8Array, key: KeyObject): DetachedSignature {
  return { scheme: schemeOf(key), signature: sign("sha256", file, key).toString("base64") };
}
