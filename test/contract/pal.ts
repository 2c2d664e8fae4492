// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import { OtaError, type OtaErrorCode } from "xs-ota/pal/error";
import type { Pal, PalFile } from "xs-ota/pal/pal";

/** A platform, and a file that it takes. */
export interface PalPort {
  readonly pal: Pal;
  readonly file: PalFile;
  /** Of the file, three blocks of 512 at least. */
  readonly bytes: Uint8Array;
  /** The platform after a reset. */
  reopen(): Pal;
}

const BLOCK = 512;

const failsWith =
  (...codes: readonly OtaErrorCode[]) =>
  (error: unknown): boolean =>
    error instanceof OtaError && codes.includes(error.code);

const nothing = ({ size }: PalFile): BlockBitmap => new BlockBitmap(size, BLOCK);

/** Writes the blocks that are still wanted, the last one first. */
function writeAll(pal: Pal, bytes: Uint8Array, bitmap: BlockBitmap): void {
  for (let block = bitmap.blockCount - 1; block >= 0; block--) {
    if (bitmap.has(block)) continue;
    pal.writeBlock(block * BLOCK, bytes.subarray(block * BLOCK, (block + 1) * BLOCK));
    bitmap.receive(block);
  }
}

function receive({ pal, file, bytes }: PalPort): void {
  const bitmap = nothing(file);
  pal.createFile(file, bitmap);
  writeAll(pal, bytes, bitmap);
}

/** What pal/pal.ts promises of any platform, for firmware or for another file. */
export function describePal(name: string, open: () => PalPort): void {
  const on = (what: string, run: (port: PalPort) => void): void => {
    test(`${name}: ${what}`, () => run(open()));
  };

  on("a file whose blocks come in any order is verified, and read back to its end", port => {
    const { pal, bytes } = port;
    receive(port);
    pal.closeFile();
    const into = new Uint8Array(bytes.length + 10);
    assert.equal(pal.readBlock(0, into), bytes.length);
    assert.deepEqual(into.subarray(0, bytes.length), bytes);
    assert.equal(pal.readBlock(bytes.length, into), 0);
  });

  on("a file of which one byte is not what was signed is refused", port => {
    const bytes = port.bytes.slice();
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    receive({ ...port, bytes });
    assert.throws(() => port.pal.closeFile(), failsWith("signature-invalid", "image-malformed"));
  });

  on("after a reset only what is missing is written", port => {
    const { pal, file, bytes } = port;
    const bitmap = nothing(file);
    pal.createFile(file, bitmap);
    for (const block of [0, 1]) {
      pal.writeBlock(block * BLOCK, bytes.subarray(block * BLOCK, (block + 1) * BLOCK));
      bitmap.receive(block);
    }
    const next = port.reopen();
    next.createFile(file, bitmap);
    writeAll(next, bytes, bitmap);
    next.closeFile();
  });

  on("a file that was complete before a reset is verified again", port => {
    receive(port);
    port.pal.closeFile();
    const next = port.reopen();
    next.createFile(port.file, { blockSize: BLOCK, has: () => true, lose: () => undefined });
    next.closeFile();
  });

  on("a file that was given up, twice over, may be received again", port => {
    port.pal.abort();
    receive(port);
    port.pal.abort();
    port.pal.abort();
    receive(port);
    port.pal.closeFile();
  });

  on("a file that there is no room for is refused", ({ pal, file }) => {
    const large = { ...file, size: 0x8000_0000 };
    const create = (): void => pal.createFile(large, nothing(file));
    assert.throws(create, failsWith("image-too-large"));
  });

  on("a file whose certificate is not there is refused", ({ pal, file }) => {
    const create = (): void => pal.createFile({ ...file, certificateName: "none" }, nothing(file));
    assert.throws(create, failsWith("certificate-invalid"));
  });

  on("without a file there is nothing to write, to verify or to activate", ({ pal, bytes }) => {
    const acts = [
      (): void => pal.writeBlock(0, bytes.subarray(0, BLOCK)),
      (): void => pal.closeFile(),
      (): void => pal.activate(),
    ];
    for (const act of acts) assert.throws(act, failsWith("state-invalid"));
  });

  on("an image is known by the same after a reset as before", port => {
    receive(port);
    port.pal.closeFile();
    const before = port.pal.identify("spare");
    assert.ok(before !== undefined);
    assert.deepEqual(port.reopen().identify("spare"), before);
  });

  on("an activated file may be accepted, and once more", port => {
    receive(port);
    port.pal.closeFile();
    port.pal.activate();
    for (let times = 0; times < 2; times++) port.pal.setPlatformImageState("Accepted");
    assert.equal(port.pal.getPlatformImageState(), "Valid");
    assert.equal(port.reopen().getPlatformImageState(), "Valid");
  });
}
