// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Journal } from "xs-ota/pal/journal";

/** An empty journal. */
export interface JournalPort {
  readonly journal: Journal;
  /** The same journal as after a restart; the ones before it are not used any more. */
  reopen(): Journal;
  close(): void;
}

const record = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 13 + seed) % 256);

/** What pal/journal.ts promises, power loss left out: test/power-loss cuts it. */
export function describeJournal(name: string, open: () => JournalPort): void {
  const on = (what: string, run: (journal: Journal, port: JournalPort) => void): void => {
    test(`${name}: ${what}`, () => {
      const port = open();
      try {
        run(port.journal, port);
      } finally {
        port.close();
      }
    });
  };

  on("an empty journal has no record", (journal, port) => {
    assert.equal(journal.load(), undefined);
    assert.equal(port.reopen().load(), undefined);
  });

  on("a record is loaded as it was saved, after a restart too", (journal, port) => {
    journal.save(record(100));
    assert.deepEqual(journal.load(), record(100));
    assert.deepEqual(port.reopen().load(), record(100));
  });

  on(
    "the newest record wins, over many saves and round the flash where it is small",
    (journal, port) => {
      const length = Math.floor(journal.capacity / 3);
      for (let seed = 0; seed < 24; seed++) {
        journal.save(record(length - (seed % 7), seed));
        assert.deepEqual(journal.load(), record(length - (seed % 7), seed));
      }
      assert.deepEqual(port.reopen().load(), record(length - 2, 23));
    },
  );

  on("a journal that was reopened goes on where it was", (journal, port) => {
    journal.save(record(10, 1));
    port.reopen().save(record(20, 2));
    assert.deepEqual(port.reopen().load(), record(20, 2));
  });

  on("records of one byte, of odd lengths and of the whole capacity fit", (journal, port) => {
    let current = journal;
    for (const length of [1, 2, 3, 33, journal.capacity, journal.capacity, 5]) {
      current.save(record(length, length));
      current = port.reopen();
      assert.deepEqual(current.load(), record(length, length));
    }
  });

  on("bytes that read as erased are a record like any other", (journal, port) => {
    let current = journal;
    for (const byte of [0x00, 0xff]) {
      current.save(new Uint8Array(64).fill(byte));
      current = port.reopen();
      assert.deepEqual(current.load(), new Uint8Array(64).fill(byte));
    }
  });

  on("a record over the capacity is refused, and the last one stays", (journal, port) => {
    journal.save(record(10));
    const tooLong = record(journal.capacity + 1);
    assert.throws(() => journal.save(tooLong), { code: "argument-invalid" });
    assert.deepEqual(port.reopen().load(), record(10));
  });

  on("an empty record means none", (journal, port) => {
    journal.save(record(10));
    journal.save(new Uint8Array(0));
    assert.equal(journal.load(), undefined);
    const again = port.reopen();
    assert.equal(again.load(), undefined);
    again.save(record(3));
    assert.deepEqual(port.reopen().load(), record(3));
  });

  on("neither the caller's bytes nor the loaded ones are shared", journal => {
    const mine = record(10);
    journal.save(mine);
    mine.fill(0);
    const loaded = journal.load();
    loaded?.fill(1);
    assert.deepEqual(journal.load(), record(10));
  });
}
