// SPDX-License-Identifier: MIT
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

const EC = { name: "ECDSA", namedCurve: "P-256" } as const;
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
} as const;
const algorithms = { EC, RSA } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

/** A certificate and its private key, DER. */
export interface DerIdentity {
  readonly certificate: Buffer;
  /** PKCS #8. */
  readonly key: Buffer;
}

export interface IssueOptions {
  readonly key?: "EC" | "RSA";
  /** Addresses and names that it is for. */
  readonly addresses?: readonly string[];
  readonly names?: readonly string[];
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly usage?: "server" | "client";
}

const ordinary = {
  key: "EC",
  addresses: [],
  names: [],
  notBefore: "2024-01-01",
  notAfter: "2044-01-01",
  usage: "server",
} as const satisfies Required<IssueOptions>;

/** A certificate authority for tests, whose certificates can be wrong in all ways that matter. */
export class TestAuthority {
  readonly root: Buffer;
  readonly #keys: webcrypto.CryptoKeyPair;

  static async create(name: string): Promise<TestAuthority> {
    const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      notBefore: new Date("2020-01-01"),
      notAfter: new Date("2049-12-31"),
      signingAlgorithm: SIGNING,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    return new TestAuthority(Buffer.from(root.rawData), keys);
  }

  private constructor(root: Buffer, keys: webcrypto.CryptoKeyPair) {
    this.root = root;
    this.#keys = keys;
  }

  async issue(commonName: string, options: IssueOptions = {}): Promise<DerIdentity> {
    const { key, addresses, names, usage, notBefore, notAfter } = { ...ordinary, ...options };
    const keys = await webcrypto.subtle.generateKey(algorithms[key], true, ["sign", "verify"]);
    const subjectNames = [
      ...addresses.map(value => ({ type: "ip", value }) as const),
      ...names.map(value => ({ type: "dns", value }) as const),
    ];
    const alternativeNames = new x509.SubjectAlternativeNameExtension(subjectNames);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: new x509.X509Certificate(this.root).subject,
      publicKey: keys.publicKey,
      notBefore: new Date(notBefore),
      notAfter: new Date(notAfter),
      signingKey: this.#keys.privateKey,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[`${usage}Auth`]]),
        ...(subjectNames.length > 0 ? [alternativeNames] : []),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { certificate: Buffer.from(certificate.rawData), key: Buffer.from(pkcs8) };
  }
}

/** PEM of DER. */
export function toPem(der: Uint8Array, label: "CERTIFICATE" | "PRIVATE KEY"): string {
  const text = Buffer.from(der).toString("base64");
  const lines = text.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
