// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlockBitmap } from "xs-ota/download/bitmap";
import { HttpSource } from "xs-ota/download/http-source";
import type { JobFile } from "xs-ota/job/document";
import { ScriptedHttp } from "xs-ota/test/support/scripted-http";

const BLOCK = 100;
const ETAG = '"1"';

/** How a server answers one request: as it should, with a break, the whole file, another range, or a refusal. */
const reply = fc.record({
  how: fc.constantFrom("well", "well", "cut", "whole", "other", "refused"),
  pieceSize: fc.integer({ min: 1, max: 350 }),
  cutAt: fc.nat(),
});
type Reply = typeof reply extends fc.Arbitrary<infer T> ? T : never;

const download = fc.record({
  size: fc.integer({ min: 1, max: 3000 }),
  received: fc.array(fc.nat(29), { maxLength: 20 }),
  most: fc.integer({ min: 1, max: 5 }),
  replies: fc.array(reply, { maxLength: 8 }),
});

const seen = { gaps: 0, well: 0, cut: 0, whole: 0, other: 0, refused: 0 };

/** A download whose file, bitmap and server are in sight. */
class Download {
  readonly bitmap: BlockBitmap;
  readonly http = new ScriptedHttp();
  readonly #bytes: Uint8Array;
  readonly #source = new HttpSource(this.http, new Uint8Array(BLOCK));
  readonly #most: number;
  #faults = 0;

  constructor(size: number, received: readonly number[], most: number) {
    this.#most = most;
    this.#bytes = Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
    this.bitmap = new BlockBitmap(size, BLOCK);
    for (const block of received) if (block < this.bitmap.blockCount) this.bitmap.receive(block);
    this.#source.open({ size, url: "https://u" } as JobFile, {
      etag: undefined,
      onBlock: (block, bytes) => this.#onBlock(block, bytes),
      onFault: () => this.#faults++,
    });
  }

  #onBlock(block: number, bytes: Uint8Array): void {
    const start = block * BLOCK;
    assert.deepEqual(bytes, this.#bytes.subarray(start, start + BLOCK), `block ${block}`);
    this.bitmap.receive(block);
  }

  /** Runs of wanted blocks. */
  get gaps(): number {
    const { blockCount } = this.bitmap;
    const wanted = Array.from({ length: blockCount }, (_, block) => !this.bitmap.has(block));
    return wanted.filter((isWanted, block) => isWanted && wanted[block - 1] !== true).length;
  }

  /** Asks for the first gap, and checks what goes out. */
  ask(): void {
    const first = this.bitmap.firstWanted() as number;
    const run = this.bitmap.runFrom(first, this.#most === 1 ? 1 : Infinity);
    assert.equal(this.#source.request(this.bitmap, this.#most, 0), run);
    const last = Math.min((first + run) * BLOCK, this.#bytes.length) - 1;
    assert.equal(this.http.asked.at(-1), `https://u bytes=${first * BLOCK}-${last}`);
  }

  answer(given: Reply): void {
    const before = this.#faults;
    this.#replies[given.how](given);
    const isTaken = given.how === "well" || given.how === "whole";
    assert.equal(this.#faults - before, isTaken ? 0 : 1, given.how);
  }

  readonly #replies: Readonly<Record<Reply["how"], (reply: Reply) => void>> = {
    well: ({ pieceSize }) => this.http.serve(this.#bytes, pieceSize, ETAG),
    cut: ({ cutAt }) => this.#cut(cutAt),
    whole: () => {
      this.http.answer({ status: 200, body: [this.#bytes] });
      assert.equal(this.bitmap.remaining, 0);
    },
    other: () => this.#refuse(206),
    refused: () => this.#refuse(500),
  };

  #cut(cutAt: number): void {
    const [first = 0, last = 0] = (this.http.asked.at(-1)?.match(/\d+/g) ?? []).map(Number);
    const body = [this.#bytes.subarray(first, first + (cutAt % (last + 1 - first)))];
    const headers = { "content-range": `bytes ${first}-${last}/${this.#bytes.length}` };
    const before = this.bitmap.remaining;
    this.http.answer({ status: 206, headers, body, error: "reset" });
    const whole = Math.floor((body[0]?.length ?? 0) / BLOCK);
    assert.equal(before - this.bitmap.remaining, whole, "only whole blocks count");
  }

  #refuse(status: number): void {
    const before = this.bitmap.remaining;
    this.http.answer({ status, headers: { "content-range": "bytes 1-2/3" } });
    assert.equal(this.bitmap.remaining, before);
  }
}

test("any gaps are filled, one request each, however the bodies come, break off or are refused", () => {
  const property = fc.property(download, ({ size, received, most, replies }) => {
    const file = new Download(size, received, most);
    for (const given of replies) {
      if (file.bitmap.remaining === 0) break;
      file.ask();
      file.answer(given);
      seen[given.how]++;
    }
    const { gaps } = file;
    if (gaps > 1) seen.gaps++;
    const needed = most === 1 ? file.bitmap.remaining : gaps;
    const before = file.http.asked.length;
    while (file.bitmap.remaining > 0) {
      file.ask();
      file.answer({ how: "well", pieceSize: 77, cutAt: 0 });
    }
    assert.equal(file.http.asked.length - before, needed);
  });
  fc.assert(property, { numRuns: 300 });
  assert.ok(Math.min(...Object.values(seen)) > 40, JSON.stringify(seen));
});
