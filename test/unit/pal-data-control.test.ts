// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { DataControl } from "xs-ota/pal/flash/data-control";
import { openDataFile } from "xs-ota/pal/flash/data-file";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { Subpartition } from "xs-ota/pal/flash/subpartition";
import { everyPowerLoss } from "xs-ota/test/support/power-loss";
import { SimFlash } from "xs-ota/test/support/sim-flash";
import { SimPower } from "xs-ota/test/support/sim-power";

const geometry = { blockSize: 512, writeSize: 4, erasedByte: 0xff };

type Parts = Readonly<Record<"data" | "journal", SimFlash>>;

function makeParts(): Parts {
  const power = new SimPower();
  return {
    data: new SimFlash({ ...geometry, size: 2048 }, power),
    journal: new SimFlash({ ...geometry, size: 1024 }, power),
  };
}

const control = ({ data, journal }: Parts): DataControl =>
  new DataControl(data, new FlashJournal(journal));

/** Receives a file of one repeated byte, as far as `accept` says. */
function receive(parts: Parts, byte: number, accept: boolean): void {
  const data = control(parts);
  data.spare.erase(0, 1);
  data.spare.write(new Uint8Array(8).fill(byte), 0);
  data.setPending(8);
  if (accept) data.confirm();
}

/** The byte that the application reads. */
function readFile(parts: Parts): number | undefined {
  const file = control(parts).file;
  if (file === undefined) return undefined;
  const bytes = new Uint8Array(1);
  file.partition.read(bytes, 0);
  return bytes[0];
}

test("a file on trial is read, and is the valid one when it is accepted", () => {
  const parts = makeParts();
  assert.equal(readFile(parts), undefined);
  receive(parts, 1, true);
  receive(parts, 2, false);
  assert.equal(control(parts).imageState(), "PendingCommit");
  assert.equal(readFile(parts), 2);
  control(parts).confirm();
  assert.equal(control(parts).imageState(), "Valid");
  assert.equal(readFile(parts), 2);
});

test("a file on trial that is rejected gives way to the one before", () => {
  const parts = makeParts();
  receive(parts, 1, true);
  receive(parts, 2, false);
  control(parts).revert();
  assert.equal(readFile(parts), 1);
});

test("the other half is not to be written while a file is on trial", () => {
  const parts = makeParts();
  receive(parts, 1, false);
  assert.throws(() => control(parts).clearSpare(), { code: "state-invalid" });
});

test("wherever power fails, the file is the old one or the new one, whole", () => {
  const parts = makeParts();
  receive(parts, 1, true);
  const seen = new Set<number | undefined>();
  const cuts = everyPowerLoss(
    parts,
    flash => receive(flash, 2, true),
    flash => seen.add(readFile(flash)),
  );
  assert.equal(cuts, 17, "an erase torn five ways, a write and two records torn four ways each");
  assert.deepEqual(seen, new Set([1, 2]));
});

test("a partition of four blocks, whatever was on it, keeps a file of one, and a smaller one is refused", () => {
  const crypto = {
    sha256: () => ({ update: () => undefined, digest: () => new Uint8Array(32) }),
    verify: () => true,
  };
  const certificates = { find: () => new Uint8Array(1) };
  const device = { resetReason: "power-on", restart: () => undefined, random: () => 0 } as const;
  const options = { crypto, certificates, device };
  const partition = new SimFlash({ ...geometry, size: 2048 });
  partition.write(new Uint8Array(2048), 0);
  const { pal } = openDataFile(partition, options);
  const received = { blockSize: 512, has: () => false, lose: () => undefined };
  const scheme = "sig-sha256-ecdsa";
  const file = {
    path: "",
    size: 512,
    fileType: 3,
    certificateName: "",
    scheme,
    signature: new Uint8Array(1),
  } as const;
  pal.createFile(file, received);
  pal.writeBlock(0, new Uint8Array(512).fill(7));
  pal.closeFile();
  pal.activate();
  pal.setPlatformImageState("Accepted");
  const kept = openDataFile(partition, options).file;
  const byte = new Uint8Array(1);
  kept?.partition.read(byte, 511);
  assert.deepEqual([kept?.size, byte[0]], [512, 7]);
  assert.throws(() => pal.createFile({ ...file, size: 513 }, received), {
    code: "image-too-large",
  });
  for (const size of [512, 1024, 1536]) {
    const small = new SimFlash({ ...geometry, size });
    assert.throws(() => openDataFile(small, options), { code: "argument-invalid" });
  }
});

test("a part of a partition keeps to itself", () => {
  const { data } = makeParts();
  const part = new Subpartition(data, 512, 512);
  part.write(Uint8Array.of(1, 2, 3, 4), 508);
  assert.deepEqual([...data.contents().subarray(1020, 1024)], [1, 2, 3, 4]);
  for (const act of [
    () => part.write(new Uint8Array(4), 512),
    () => part.read(new Uint8Array(8), 508),
    () => part.erase(1, 1),
    () => part.erase(0, 2),
  ]) {
    assert.throws(act, { code: "flash-failed" });
  }
  assert.throws(() => new Subpartition(data, 100, 512), { code: "argument-invalid" });
});
