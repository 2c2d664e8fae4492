// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { crc32 } from "xs-ota/pal/flash/crc32";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { control } from "../support/control.js";
import { everyPowerLoss, PowerLossFailure } from "../support/power-loss.js";
import { rerunCommands } from "../support/rerun.js";
import { SimFlash } from "../support/sim-flash.js";

const command = rerunCommands(import.meta.url);

type Flash = Readonly<{ journal: SimFlash }>;

interface Store {
  load(): Uint8Array | undefined;
  save(record: Uint8Array): void;
}
type Open = (flash: SimFlash) => Store;

const openJournal: Open = flash => new FlashJournal(flash);

/** Records of several lengths, each unlike the others; a third of a block at most, and every seventh is empty. */
const history = (blockSize: number, count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) => {
    const length = index % 7 === 6 ? 0 : 1 + ((index * 37 + 11) % Math.floor(blockSize / 3));
    return new Uint8Array(length).fill(index + 1);
  });

/** How a record reads: an empty one as none. */
const textOf = (record: Uint8Array | undefined): string => record?.join() ?? "";

/** What was found after a cut: the record whose save had returned, or the one whose save was cut. */
type Found = "old" | "new";

/**
 * Saves `records` one after another; after each cut the store must give the old or the new one, take
 * another one, and give that back.
 * @returns what was found, and the number of cuts.
 */
function cutEverywhere(
  start: SimFlash,
  records: readonly Uint8Array[],
  open: Open,
  onCut?: (flash: Flash, again: Parameters<Parameters<typeof everyPowerLoss<Flash>>[2]>[1]) => void,
): { readonly cuts: number; readonly found: ReadonlySet<Found> } {
  const found = new Set<Found>();
  let saved: Uint8Array | undefined = open(start.clone()).load();
  let next: Uint8Array = new Uint8Array(0);
  const cuts = everyPowerLoss<Flash>(
    { journal: start },
    ({ journal }) => {
      const store = open(journal);
      for (next of records) {
        store.save(next);
        saved = next;
      }
    },
    (flash, cut) => {
      const record = textOf(open(flash.journal).load());
      const isOld = record === textOf(saved);
      assert.ok(isOld || record === textOf(next), "neither the old record nor the new one");
      found.add(isOld ? "old" : "new");
      onCut?.(flash, cut);
      const after = Uint8Array.of(1, 2, 3);
      open(flash.journal).save(after);
      assert.equal(textOf(open(flash.journal).load()), textOf(after));
    },
    { command: command() },
  );
  return { cuts, found };
}

const kib = 1024;
const geometries: readonly FlashGeometry[] = [
  { size: 8 * kib, blockSize: 4 * kib, writeSize: 1, erasedByte: 0xff },
  { size: 16 * kib, blockSize: 4 * kib, writeSize: 4, erasedByte: 0xff },
  { size: 16 * kib, blockSize: 4 * kib, writeSize: 16, erasedByte: 0xff },
  { size: 16 * kib, blockSize: 4 * kib, writeSize: 4, erasedByte: 0x00 },
  { size: 256 * kib, blockSize: 128 * kib, writeSize: 32, erasedByte: 0xff },
];

const nameOf = ({ size, blockSize, writeSize, erasedByte }: FlashGeometry): string =>
  `${size / blockSize} blocks of ${blockSize} B, written by ${writeSize}, erased to ${erasedByte}`;

for (const geometry of geometries) {
  test(`wherever power fails, the old or the new record is there: ${nameOf(geometry)}`, () => {
    const count = geometry.blockSize > 4 * kib ? 9 : 24;
    const records = history(geometry.blockSize, count);
    const { cuts, found } = cutEverywhere(new SimFlash(geometry), records, openJournal);
    assert.deepEqual(found, new Set(["old", "new"]));
    assert.ok(cuts >= 4 * (count - 1), `${cuts} cuts`);
  });
}

const small: FlashGeometry = { size: 192, blockSize: 64, writeSize: 4, erasedByte: 0xff };

for (const geometry of [
  small,
  { ...small, size: 128 },
  { ...small, writeSize: 16, erasedByte: 0 },
]) {
  test(`power may fail again in the save after: ${nameOf(geometry)}`, () => {
    let nested = 0;
    const found = new Set<Found>();
    cutEverywhere(new SimFlash(geometry), history(64, 20), openJournal, (flash, within) => {
      const before = textOf(openJournal(flash.journal).load());
      const after = Uint8Array.of(9, 8, 7, 6, 5);
      nested += everyPowerLoss<Flash>(
        flash,
        ({ journal }) => openJournal(journal).save(after),
        ({ journal }) => {
          const record = textOf(openJournal(journal).load());
          assert.ok(record === before || record === textOf(after), `found ${record}`);
          found.add(record === before ? "old" : "new");
        },
        { within },
      );
    });
    assert.deepEqual(found, new Set(["old", "new"]));
    assert.ok(nested > 500, `${nested} nested cuts`);
  });
}

/** A flash whose only record has this sequence. */
function withSequence(geometry: FlashGeometry, sequence: number): SimFlash {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4a58, true);
  view.setUint16(2, 4, true);
  view.setUint32(4, sequence, true);
  bytes.set([1, 2, 3, 4], 8);
  view.setUint32(12, crc32(bytes.subarray(0, 12)), true);
  const flash = new SimFlash(geometry);
  flash.write(bytes, 0);
  return flash;
}

test("the sequence may wrap around, wherever power fails", () => {
  const start = withSequence(small, 0xfffffffc);
  assert.equal(textOf(openJournal(start.clone()).load()), "1,2,3,4");
  const { found } = cutEverywhere(start, history(64, 12), openJournal);
  assert.deepEqual(found, new Set(["old", "new"]));
});

test("cuts cost no more than one erase each", () => {
  const flash = new SimFlash(small);
  let cuts = 0;
  for (let count = 0; count < 300; count++) {
    flash.power.failAt(1, count % 2 === 0 ? "half" : "garbled", count);
    try {
      openJournal(flash).save(new Uint8Array(20).fill(count));
    } catch {
      cuts++;
    }
    flash.power.restore();
  }
  const erases = Array.from(flash.wear).reduce((sum, wear) => sum + wear, 0);
  assert.equal(cuts, 300);
  assert.ok(erases > 0 && erases <= cuts, `${erases} erases in ${cuts} cuts`);
  assert.deepEqual(flash.violations, []);
});

/** A store that rewrites its one record in place, with a length and a CRC. */
const openInPlace: Open = flash => ({
  load() {
    const head = new Uint8Array(60);
    flash.read(head, 0);
    const length = head[0] ?? 0;
    const crc = new DataView(head.buffer).getUint32(56, true);
    return length < 50 && crc === crc32(head.subarray(0, 56))
      ? head.slice(1, 1 + length)
      : undefined;
  },
  save(record) {
    const bytes = new Uint8Array(60);
    bytes[0] = record.length;
    bytes.set(record, 1);
    new DataView(bytes.buffer).setUint32(56, crc32(bytes.subarray(0, 56)), true);
    flash.erase(0, 1);
    flash.write(bytes, 0);
  },
});

control("a store that rewrites in place is caught", () => {
  const records = [Uint8Array.of(1), Uint8Array.of(2)];
  assert.throws(
    () => cutEverywhere(new SimFlash(small), records, openInPlace),
    (error: unknown) => {
      assert.ok(error instanceof PowerLossFailure);
      assert.match(error.message, /neither the old record nor the new one/);
      return true;
    },
  );
});

/** Takes the record with the highest sequence, whole or not. */
const openTrusting: Open = flash => {
  const journal = new FlashJournal(flash);
  return {
    save: record => journal.save(record),
    load() {
      const bytes = flash.contents();
      const view = new DataView(bytes.buffer);
      let newest: Uint8Array | undefined;
      for (let at = 0; at + 12 <= bytes.length; at += 4) {
        if (view.getUint16(at, true) !== 0x4a58) continue;
        newest = bytes.slice(at + 8, at + 8 + view.getUint16(at + 2, true));
      }
      return newest;
    },
  };
};

control("a store that does not check its CRC is caught", () => {
  const records = [Uint8Array.of(1, 1, 1, 1), Uint8Array.of(2, 2, 2, 2)];
  assert.throws(
    () => cutEverywhere(new SimFlash(small), records, openTrusting),
    (error: unknown) => error instanceof PowerLossFailure,
  );
});
