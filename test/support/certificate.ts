// SPDX-License-Identifier: MIT
import "reflect-metadata";
import { KeyObject, webcrypto, type KeyObject as Key } from "node:crypto";
import {
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  X509CertificateGenerator,
} from "@peculiar/x509";

/**
 * A PEM certificate for any public key, even one that nobody has the private half of: it is signed by a
 * key made for the occasion, which does not matter to who trusts the certificate by its name.
 * @param spki the key, or its DER SubjectPublicKeyInfo
 * @param validity until when, and for what, the certificate says that it is
 */
export async function certificateFor(
  spki: Key | Uint8Array,
  { notAfter = "2044-01-01", isForSigning = true } = {},
): Promise<string> {
  const der = spki instanceof KeyObject ? spki.export({ type: "spki", format: "der" }) : spki;
  const signer = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
    "verify",
  ]);
  const certificate = await X509CertificateGenerator.create({
    subject: "CN=signer",
    issuer: "CN=signer",
    notBefore: new Date("2024-01-01"),
    notAfter: new Date(notAfter),
    extensions: [
      new KeyUsagesExtension(
        isForSigning ? KeyUsageFlags.digitalSignature : KeyUsageFlags.keyEncipherment,
      ),
    ],
    publicKey: new PublicKey(Uint8Array.from(der)),
    signingKey: signer.privateKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
  });
  return certificate.toString("pem");
}
