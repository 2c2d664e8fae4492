// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "xs-ota/pal/flash/crc32";
import { OtaError } from "xs-ota/pal/error";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import type { FlashGeometry, FlashPartition } from "xs-ota/pal/flash";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { SimFlash } from "../support/sim-flash.js";

const nor: FlashGeometry = { size: 512, blockSize: 256, writeSize: 4, erasedByte: 0xff };

const record = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

/** What a journal that opens now finds. */
const reopened = (flash: SimFlash): Uint8Array | undefined => new FlashJournal(flash).load();

test("CRC-32 gives the check value of its catalogue entry", () => {
  assert.equal(crc32(encodeUtf8("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
});

test("an erased partition has no record", () => {
  for (const erasedByte of [0xff, 0x00]) {
    assert.equal(reopened(new SimFlash({ ...nor, erasedByte })), undefined);
  }
});

test("a partition of garbage has no record, and takes one", () => {
  const flash = new SimFlash(nor);
  for (let offset = 0; offset < nor.size; offset++) flash.corrupt(offset, (offset * 7) & 0xff);
  const journal = new FlashJournal(flash);
  assert.equal(journal.load(), undefined);
  journal.save(record(10, 1));
  assert.deepEqual(reopened(flash), record(10, 1));
});

test("the record on the flash is that of docs/flash-format.md", () => {
  const flash = new SimFlash(nor);
  new FlashJournal(flash).save(encodeUtf8("ABC"));
  const head = [0x58, 0x4a, 3, 0, 1, 0, 0, 0, 0x41, 0x42, 0x43];
  const crc = crc32(Uint8Array.from(head));
  const bytes = [...head, crc & 0xff, (crc >>> 8) & 0xff, (crc >>> 16) & 0xff, crc >>> 24];
  assert.deepEqual(Array.from(flash.contents().subarray(0, 17)), [...bytes, 0xff, 0xff]);
});

test("the last record counts, before and after a reset", () => {
  const flash = new SimFlash(nor);
  const journal = new FlashJournal(flash);
  for (let fill = 1; fill < 60; fill++) {
    journal.save(record(fill, fill));
    assert.deepEqual(journal.load(), record(fill, fill));
    assert.deepEqual(reopened(flash), record(fill, fill));
  }
});

test("to open a journal of many records, few of their bytes are read", () => {
  const large = { ...nor, blockSize: 65536, size: 2 * 65536 };
  const flash = new SimFlash(large);
  const journal = new FlashJournal(flash);
  for (let fill = 0; fill < 400; fill++) journal.save(record(200, fill & 0xff));
  let bytes = 0;
  const counted: FlashPartition = {
    geometry: flash.geometry,
    read(into, offset) {
      bytes += into.length;
      flash.read(into, offset);
    },
    write: () => assert.fail("written"),
    erase: () => assert.fail("erased"),
  };
  assert.deepEqual(new FlashJournal(counted).load(), record(200, 399 & 0xff));
  assert.ok(bytes > 400 * 8 && bytes < 400 * 8 + 1000, `${bytes} bytes`);
});

test("an empty record means that there is none", () => {
  const flash = new SimFlash(nor);
  const journal = new FlashJournal(flash);
  journal.save(record(5, 5));
  journal.save(new Uint8Array(0));
  assert.deepEqual([journal.load(), reopened(flash)], [undefined, undefined]);
});

test("nothing is written to say again that there is no record", () => {
  const flash = new SimFlash(nor);
  new FlashJournal(flash).save(new Uint8Array(0));
  assert.equal(flash.power.operations, 0);
});

test("a record of the capacity fits, of each geometry, and one byte more is refused", () => {
  for (const writeSize of [1, 4, 16, 32]) {
    const flash = new SimFlash({ ...nor, writeSize });
    const journal = new FlashJournal(flash);
    assert.ok(journal.capacity >= 256 - 12 - writeSize);
    for (const fill of [1, 2, 3]) {
      journal.save(record(journal.capacity, fill));
      assert.deepEqual(reopened(flash), record(journal.capacity, fill));
    }
    assert.throws(() => journal.save(record(journal.capacity + 1, 4)), {
      code: "argument-invalid",
    });
    assert.deepEqual(journal.load(), record(journal.capacity, 3));
  }
});

test("a partition of one block is refused", () => {
  assert.throws(() => new FlashJournal(new SimFlash({ ...nor, size: 256 })), {
    code: "argument-invalid",
  });
});

test("what is loaded and what is saved are copies", () => {
  const journal = new FlashJournal(new SimFlash(nor));
  const saved = record(4, 1);
  journal.save(saved);
  saved.fill(9);
  journal.load()?.fill(9);
  assert.deepEqual(journal.load(), record(4, 1));
});

test("a record with a damaged byte does not count, and the one before it does", () => {
  const first = 8 + 4 + 4;
  for (let at = 0; at < 15; at++) {
    const flash = new SimFlash(nor);
    const journal = new FlashJournal(flash);
    journal.save(record(4, 1));
    journal.save(record(3, 2));
    const byte = flash.contents()[first + at] ?? 0;
    flash.corrupt(first + at, byte ^ 0x10);
    assert.deepEqual(reopened(flash), record(4, 1), `byte ${at}`);
  }
});

test("a length that leads out of the block does not count", () => {
  const flash = new SimFlash(nor);
  new FlashJournal(flash).save(record(4, 1));
  flash.corrupt(3, 0xff);
  assert.equal(reopened(flash), undefined);
});

/** Flash that takes a write and keeps something else. */
class FaultyFlash extends SimFlash {
  isFaulty = false;

  override write(bytes: Uint8Array, offset: number): void {
    super.write(this.isFaulty ? bytes.map(byte => byte & 0xfe) : bytes, offset);
  }
}

test("a record that does not read back whole is a failure, and the one before it stays", () => {
  const flash = new FaultyFlash(nor);
  const journal = new FlashJournal(flash);
  journal.save(record(4, 1));
  flash.isFaulty = true;
  assert.throws(() => journal.save(record(4, 3)), { code: "flash-failed" });
  assert.deepEqual([journal.load(), reopened(flash)], [record(4, 1), record(4, 1)]);
  flash.isFaulty = false;
  journal.save(record(4, 5));
  assert.deepEqual([journal.load(), reopened(flash)], [record(4, 5), record(4, 5)]);
});

test("each block is erased once for each block full of records, and all alike", () => {
  const flash = new SimFlash({ ...nor, size: 1024 });
  const journal = new FlashJournal(flash);
  const each = Math.floor(256 / (8 + 20 + 4));
  for (let count = 0; count < 40 * each; count++) journal.save(record(20, count & 0xff));
  assert.deepEqual(Array.from(flash.wear), [10, 10, 10, 10]);
});

/** NOR flash of which one block can no longer be erased. */
class WornFlash extends SimFlash {
  worn = -1;

  override erase(first: number, count: number): void {
    if (this.worn >= first && this.worn < first + count) {
      throw new OtaError("flash-failed", `block ${this.worn} is worn out`);
    }
    super.erase(first, count);
  }
}

for (const worn of [0, 1, 2, 3]) {
  test(`a block that cannot be erased is passed over, and the last record counts (block ${worn})`, () => {
    const flash = new WornFlash({ ...nor, size: 1024 });
    const journal = new FlashJournal(flash);
    for (let fill = 1; fill < 100; fill++) {
      if (fill === 30) flash.worn = worn;
      journal.save(record(100, fill));
      assert.deepEqual(reopened(flash), record(100, fill));
    }
    assert.deepEqual(flash.violations, []);
  });
}

test("when no other block can be erased the newest record stays", () => {
  const flash = new WornFlash(nor);
  const journal = new FlashJournal(flash);
  for (let fill = 1; fill < 6; fill++) journal.save(record(100, fill));
  const kept = reopened(flash);
  flash.worn = flash.contents().subarray(0, 256).includes(5) ? 1 : 0;
  const save = (): void => {
    for (let fill = 6; fill < 10; fill++) journal.save(record(100, fill));
  };
  assert.throws(save, { code: "flash-failed" });
  assert.ok(kept !== undefined && (reopened(flash)?.[0] ?? 0) >= 5);
});
