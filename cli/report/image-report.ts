// SPDX-License-Identifier: MIT
import { constants, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readImageFacts } from "xs-ota/image/facts";
import {
  tlvTypes,
  walkTlvs,
  type ImageHeader,
  type ImageSource,
  type Tlv,
} from "xs-ota/image/mcuboot";
import { formatImageVersion } from "xs-ota/image/version";
import { formatHex, isSameBytes } from "xs-ota/pal/bytes";
import { deviceClassOf, publicKeyBytes, sha256, sourceOf } from "xs-ota/toolchain/image";
import { keyTypeOf } from "../signing.js";
import { ReportWriter, type Report } from "./report.js";

/** A kind of signature that an image may have. */
interface Algorithm {
  readonly name: string;
  /** As `keyTypeOf` names it. */
  readonly keyType: string;
  readonly pss: boolean;
}

/** What signatures an image may have, by TLV. Source: MCUboot image.h. */
// prettier-ignore
const algorithms: Readonly<Record<number, Algorithm>> = Object.freeze({
  [tlvTypes.ecdsa]:      { name: "ECDSA P-256",  keyType: "ec prime256v1", pss: false },
  [tlvTypes.rsa2048Pss]: { name: "RSA-2048 PSS", keyType: "rsa 2048",      pss: true },
  [tlvTypes.rsa3072Pss]: { name: "RSA-3072 PSS", keyType: "rsa 3072",      pss: true },
});

export interface ImageReportOptions {
  readonly kind: string;
  /** From the start of the image; may be longer than it. */
  readonly bytes: Uint8Array;
  /** Keys by which its signature is checked; it is not without any. */
  readonly trusted: readonly KeyObject[];
  /** Kinds of device by whose name its target is recognised. */
  readonly targets: readonly string[];
}

/** What an MCUboot image says of itself, and whether it is true. */
export function reportImage({ kind, bytes, trusted, targets }: ImageReportOptions): Report {
  const writer = new ReportWriter(kind);
  const source = sourceOf(bytes);
  const facts = writer.attempt(() => readImageFacts(source, bytes.length));
  if (facts === undefined) return writer.finish();
  writer.fact("version", formatImageVersion(facts.header.version));
  writer.fact("size", `${facts.size} bytes`);
  writer.fact("body", `${facts.header.bodySize} bytes at ${facts.header.headerSize}`);
  writer.fact("security counter", facts.securityCounter);
  writer.fact("target", nameTarget(facts.deviceClass, targets));
  writer.fact("sha256", formatHex(facts.digest));
  const hashed = bytes.subarray(0, facts.hashedSize);
  if (!isSameBytes(sha256(hashed), facts.digest)) {
    writer.problem(`its bytes have the SHA-256 ${formatHex(sha256(hashed))}: it is damaged`);
  }
  const signatures = readSignatures(source, facts.header, bytes.length);
  if (signatures.length === 0) writer.problem("it has no signature: `xs-ota sign` makes one");
  for (const one of signatures) reportSignature(writer, one, hashed, trusted);
  return writer.finish();
}

/** The target that a class of device is, or the class in hexadecimal. */
export function nameTarget(
  deviceClass: Uint8Array | undefined,
  targets: readonly string[],
): string {
  if (deviceClass === undefined) return "any";
  return (
    targets.find(name => isSameBytes(deviceClassOf(name), deviceClass)) ?? formatHex(deviceClass)
  );
}

/** A signature in an image, and the hash of the key that made it. */
interface ImageSignature {
  readonly algorithm: Algorithm;
  readonly keyHash: Uint8Array;
  readonly value: Uint8Array;
}

/** The signatures of an image: each follows the hash of its key. */
function readSignatures(source: ImageSource, header: ImageHeader, limit: number): ImageSignature[] {
  const found: ImageSignature[] = [];
  let keyHash: Uint8Array = new Uint8Array(0);
  walkTlvs(source, header, limit, tlv => {
    const algorithm = algorithms[tlv.type];
    if (tlv.type === tlvTypes.keyHash) keyHash = valueOf(source, tlv);
    else if (algorithm !== undefined) {
      found.push({ algorithm, keyHash, value: valueOf(source, tlv) });
    }
  });
  return found;
}

/** Tells of one signature over the bytes `hashed`. */
function reportSignature(
  writer: ReportWriter,
  { algorithm, keyHash, value }: ImageSignature,
  hashed: Uint8Array,
  trusted: readonly KeyObject[],
): void {
  const key = trusted.find(one => isSameBytes(sha256(publicKeyBytes(one)), keyHash));
  const by = `${algorithm.name} by the key ${formatHex(keyHash.subarray(0, 8))}…`;
  if (trusted.length === 0) {
    writer.fact("signature", `${by} (not checked: give --cert)`);
  } else if (key === undefined) {
    writer.fact("signature", `${by} (not trusted)`);
    writer.problem(
      "no trusted key has signed it: sign it with the key whose certificate is trusted",
    );
  } else if (isSignedBy(hashed, value, algorithm, key)) {
    writer.fact("signature", `${by} (valid)`);
  } else {
    writer.fact("signature", `${by} (not valid)`);
    writer.problem("its signature is not valid: sign it again with `xs-ota sign`");
  }
}

function isSignedBy(
  hashed: Uint8Array,
  signature: Uint8Array,
  { keyType, pss }: Algorithm,
  key: KeyObject,
): boolean {
  if (keyTypeOf(key) !== keyType) return false;
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const how = pss ? { key, ...padding } : { key, dsaEncoding: "der" as const };
  return verify("sha256", hashed, how, signature);
}

function valueOf(source: ImageSource, { offset, length }: Tlv): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(length);
  source.read(value, offset);
  return value;
}
