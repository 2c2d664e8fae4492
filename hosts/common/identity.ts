// SPDX-License-Identifier: MIT
import { isObject, isWhole } from "xs-ota/job/read";
import { decodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";
import type { FlashPartition } from "xs-ota/pal/flash";

/** What mutual TLS needs, PEM. */
export interface TlsIdentity {
  /** Whom the device trusts: Amazon Root CA 1 for AWS IoT. */
  readonly rootCertificate: string;
  /** The device's own, which AWS IoT has registered. */
  readonly certificate: string;
  /** Of the device's own certificate: PKCS #8, "BEGIN PRIVATE KEY". */
  readonly privateKey: string;
}

/** Who a device is, and whom it trusts. Source: docs/flash-format.md, "Data". */
export interface Identity {
  readonly thingName: string;
  readonly endpoint: { readonly host: string; readonly port: number };
  /** Code-signing certificates, PEM, by the name that a job document's `certfile` has. */
  readonly certificates: Readonly<Record<string, string>>;
  /** Absent where the device connects without TLS. */
  readonly tls?: TlsIdentity;
}

const tlsKeys = Object.freeze(["rootCertificate", "certificate", "privateKey"] as const);

/** Bytes read at a time. */
const CHUNK = 256;

/**
 * Reads the identity that provisioning wrote to the `data` partition.
 * @throws OtaError "argument-invalid" naming the field at fault; "flash-failed".
 */
export function readIdentity(data: FlashPartition): Identity {
  const text = decodeUtf8(readToErased(data), "argument-invalid");
  need(text !== "", "it is empty: provision the device first");
  const identity: unknown = parse(text);
  need(isObject(identity), "it is not an object");
  const { thingName, endpoint, certificates, tls } = identity;
  need(typeof thingName === "string" && thingName !== "", "thingName is missing, or no text");
  need(isObject(endpoint), "endpoint is missing, or no object");
  const { host, port } = endpoint;
  need(typeof host === "string" && host !== "", "endpoint.host is missing, or no text");
  need(isWhole(port, 1, 0xffff), "endpoint.port is not a number in 1..65535");
  need(isTexts(certificates), "certificates is not an object of PEM by name");
  need(tls === undefined || isTlsIdentity(tls), `tls has not ${tlsKeys.join(", ")} as texts`);
  return { thingName, endpoint: { host, port }, certificates, ...(tls && { tls }) };
}

/** The partition may be larger than the memory: what is behind the first erased byte is not held. */
function readToErased(data: FlashPartition): Uint8Array {
  const bytes = new Uint8Array(lengthToErased(data));
  data.read(bytes, 0);
  return bytes;
}

function lengthToErased(data: FlashPartition): number {
  const { size, erasedByte } = data.geometry;
  const piece = new Uint8Array(CHUNK); // an erase block is a multiple of it
  for (let offset = 0; offset < size; offset += CHUNK) {
    data.read(piece, offset);
    const end = piece.indexOf(erasedByte);
    if (end >= 0) return offset + end;
  }
  return size;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OtaError("argument-invalid", "identity in the data partition: it is no JSON");
  }
}

const isTexts = (value: unknown): value is Record<string, string> =>
  isObject(value) && Object.values(value).every(text => typeof text === "string");

const isTlsIdentity = (value: unknown): value is TlsIdentity =>
  isTexts(value) && tlsKeys.every(name => name in value);

function need(holds: boolean, otherwise: string): asserts holds {
  if (!holds)
    throw new OtaError("argument-invalid", `identity in the data partition: ${otherwise}`);
}
