// SPDX-License-Identifier: MIT
import { createHash, type KeyObject } from "node:crypto";
import type { SignatureVector } from "xs-ota/test/contract/crypto";

/** A vector whose certificate is still only a key. */
export interface KeyedVector extends Omit<SignatureVector, "certificate"> {
  readonly key: KeyObject;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

export const sha256 = (message: string | Uint8Array): Buffer =>
  createHash("sha256").update(message).digest();
