// SPDX-License-Identifier: MIT
import "reflect-metadata";
import { createHash, createPrivateKey, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import { IotError } from "../errors.js";
import type { Store } from "../store/store.js";

/*
 * The certificate authority of a desk cloud: it signs the certificates of devices, as AWS IoT's does,
 * and that of the cloud itself.
 */

x509.cryptoProvider.set(webcrypto);

const EC = { name: "ECDSA", namedCurve: "P-256" } as const;
/** Source: API reference, CreateKeysAndCertificate: "a 2048-bit RSA key pair". */
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
} as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
/** AWS's device certificates end with the year 2049. */
const DEVICE_END = new Date(Date.UTC(2049, 11, 31, 23, 59, 59));
const SERVER_DAYS = 365;

/** A certificate, and the private key if it was made here. PEM. */
export interface Identity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** An identity with its public key in PEM. */
export interface KeyedIdentity extends Identity {
  readonly publicKeyPem: string;
}

/** Signs certificates. Its own key is part of the cloud's state. */
export class CertificateAuthority {
  /** The root certificate in PEM: what a device trusts. */
  readonly certificatePem: string;
  readonly #certificate: x509.X509Certificate;
  readonly #key: webcrypto.CryptoKey;

  /** Opens the authority of this store; the first time it is made. */
  static async open(store: Store): Promise<CertificateAuthority> {
    const settings = store.table<Identity>("settings");
    let identity = settings.get("authority");
    if (identity === undefined) {
      identity = await makeRoot();
      settings.put("authority", identity);
      store.commit();
    }
    const der = createPrivateKey(identity.privateKeyPem).export({ type: "pkcs8", format: "der" });
    const key = await webcrypto.subtle.importKey("pkcs8", der, EC, false, ["sign"]);
    return new CertificateAuthority(identity.certificatePem, key);
  }

  private constructor(certificatePem: string, key: webcrypto.CryptoKey) {
    this.certificatePem = certificatePem;
    this.#certificate = new x509.X509Certificate(certificatePem);
    this.#key = key;
  }

  /** A new RSA key pair with its certificate, as CreateKeysAndCertificate gives them. */
  async issueDevice(): Promise<KeyedIdentity> {
    const keys = await webcrypto.subtle.generateKey(RSA, true, ["sign", "verify"]);
    const certificatePem = await this.#issue(
      keys.publicKey,
      "CN=AWS IoT Certificate",
      DEVICE_END,
      [],
    );
    const privateKey = await exportPrivate(keys.privateKey);
    const publicKeyPem = new x509.PublicKey(
      await webcrypto.subtle.exportKey("spki", keys.publicKey),
    );
    return {
      certificatePem,
      privateKeyPem: String(createPrivateKey(privateKey).export({ type: "pkcs1", format: "pem" })),
      publicKeyPem: `${publicKeyPem.toString("pem")}\n`,
    };
  }

  /** A certificate for the key and subject of a signing request. @throws IotError "InvalidRequest". */
  async signRequest(csrPem: string): Promise<string> {
    const request = parseRequest(csrPem);
    if (request === undefined || !(await request.verify())) {
      throw new IotError("InvalidRequest", "certificateSigningRequest: not valid");
    }
    const publicKey = (await request.publicKey.export()) as webcrypto.CryptoKey;
    return this.#issue(publicKey, request.subject, DEVICE_END, []);
  }

  /** The certificate that the cloud shows on `hosts` (names or addresses). */
  async issueServer(hosts: readonly string[]): Promise<Identity> {
    const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
    const end = new Date(Date.now() + SERVER_DAYS * DAY_MS);
    const names = hosts.map(host => ({ type: isIP(host) ? "ip" : "dns", value: host }) as const);
    const extensions = [
      new x509.SubjectAlternativeNameExtension(names),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ];
    const certificatePem = await this.#issue(keys.publicKey, "CN=xs-ota cloud", end, extensions);
    return { certificatePem, privateKeyPem: await exportPrivate(keys.privateKey) };
  }

  async #issue(
    publicKey: webcrypto.CryptoKey,
    subject: string,
    notAfter: Date,
    extensions: x509.Extension[],
  ): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      publicKey,
      subject,
      issuer: this.#certificate.subject,
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter,
      signingKey: this.#key,
      signingAlgorithm: SIGNING,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate),
        ...extensions,
      ],
    });
    return `${certificate.toString("pem")}\n`;
  }
}

/** What AWS IoT calls a certificate: the SHA-256 of its DER, in hex. */
export function certificateIdOf(certificatePem: string): string {
  const der = new x509.X509Certificate(certificatePem).rawData;
  return createHash("sha256").update(new Uint8Array(der)).digest("hex");
}

async function makeRoot(): Promise<Identity> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=xs-ota cloud root",
    keys,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: DEVICE_END,
    signingAlgorithm: SIGNING,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      // optional in a root, but the Moddable SDK's TLS fails without
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const privateKeyPem = await exportPrivate(keys.privateKey);
  return { certificatePem: `${certificate.toString("pem")}\n`, privateKeyPem };
}

async function exportPrivate(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const object = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return String(object.export({ type: "pkcs8", format: "pem" }));
}

function parseRequest(csrPem: string): x509.Pkcs10CertificateRequest | undefined {
  try {
    return new x509.Pkcs10CertificateRequest(csrPem);
  } catch {
    return undefined;
  }
}
