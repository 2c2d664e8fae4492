// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Crypto } from "xs-ota/pal/crypto";
import type { Device } from "xs-ota/pal/device";
import type { FlashPartition } from "xs-ota/pal/flash";
import { openDataFile, type DataFile } from "xs-ota/pal/flash/data-file";
import type { Pal } from "xs-ota/pal/pal";
import { bytesOf } from "../support/hex.js";
import type { SignatureVector } from "./crypto.js";
import { describePal } from "./pal.js";

/** The vector whose signature is of `signedFile`. */
export const SIGNED_FILE = "of a file that is not firmware";

/** A file that is not firmware. */
export const signedFile = (): Uint8Array =>
  Uint8Array.from({ length: 3000 }, (_, at) => (at * 31) & 0xff);

/** A machine, as far as a file that is not firmware has to do with it. */
export interface DataFilePort {
  readonly crypto: Crypto;
  readonly device: Device;
  /** The host's partition for such a file, whatever is on it. */
  openPartition(): FlashPartition;
}

/** What pal/pal.ts promises of any platform, and what the application has of it, in a partition of the host. */
export function describeDataFile(
  name: string,
  port: DataFilePort,
  vectors: readonly SignatureVector[],
): void {
  const vector = vectors.find(({ name: title }) => title === SIGNED_FILE);
  assert.ok(vector, SIGNED_FILE);
  const { scheme, certificate, signature } = vector;
  const pem = Uint8Array.from(certificate, c => c.charCodeAt(0));
  const certificates = {
    find: (wanted: string) => (wanted === "signer" ? pem : undefined),
  };
  const { crypto, device } = port;
  const open = (): DataFile => openDataFile(port.openPartition(), { crypto, device, certificates });
  const openEmpty = (): DataFile => {
    const partition = port.openPartition();
    partition.erase(0, partition.geometry.size / partition.geometry.blockSize);
    return open();
  };
  const bytes = signedFile();
  const file = {
    path: "settings",
    size: bytes.length,
    fileType: 3,
    certificateName: "signer",
    scheme,
    signature: bytesOf(signature),
  } as const;

  describePal(name, () => ({ pal: openEmpty().pal, file, bytes, reopen: () => open().pal }));

  const activate = (pal: Pal): void => {
    pal.createFile(file, { blockSize: bytes.length, has: () => false, lose: () => undefined });
    pal.writeBlock(0, bytes);
    pal.closeFile();
    pal.activate();
  };

  test(`${name}: what the application reads outlives a reset, on trial and accepted, and is gone when it is rejected`, () => {
    const empty = openEmpty();
    assert.equal(empty.file, undefined);
    activate(empty.pal);
    assert.deepEqual(readFile(empty), bytes);
    assert.deepEqual(readFile(open()), bytes);
    open().pal.setPlatformImageState("Rejected");
    assert.equal(open().file, undefined);
    activate(open().pal);
    open().pal.setPlatformImageState("Accepted");
    assert.deepEqual(readFile(open()), bytes);
  });
}

function readFile({ file }: DataFile): Uint8Array | undefined {
  if (file === undefined) return undefined;
  const bytes = new Uint8Array(file.size);
  file.partition.read(bytes, 0);
  return bytes;
}
