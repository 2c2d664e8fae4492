// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { everyPowerLoss, PowerLossFailure } from "../support/power-loss.js";
import { SimFlash } from "../support/sim-flash.js";

const geometry = { size: 2048, blockSize: 1024, writeSize: 4, erasedByte: 0xff };
const start = { left: new SimFlash(geometry), right: new SimFlash(geometry) };
type Pair = typeof start;

/** Two erases and a write: three operations. */
function eraseAndWrite({ left, right }: Pair): void {
  right.erase(0, 2);
  left.write(new Uint8Array([1, 2, 3, 4]), 0);
}

test("power fails once in each operation and in each way", () => {
  const ids: string[] = [];
  const cuts = everyPowerLoss(start, eraseAndWrite, (_, { id }) => void ids.push(id));
  assert.equal(cuts, 14);
  assert.deepEqual(ids.slice(9, 11), ["2:garbled", "3:none"]);
  assert.deepEqual(ids.slice(11), ["3:half", "3:all", "3:garbled"], "a write has no tail");
  assert.equal(new Set(ids).size, 14);
});

test("the check sees what was done before the cut, and nothing after it", () => {
  const seen = new Set<string>();
  everyPowerLoss(start, eraseAndWrite, ({ left, right }, { operation, tear }) => {
    const bytes = new Uint8Array(4);
    left.read(bytes, 0);
    if (operation < 3) assert.equal(bytes[0], 0xff);
    else if (tear !== "garbled") seen.add(`${tear} ${bytes.join()}`);
    assert.equal(right.wear[0], 1);
    assert.equal(right.wear[1], operation === 1 ? 0 : 1);
  });
  const [none, half, all] = ["none 255,255,255,255", "half 1,2,255,255", "all 1,2,3,4"];
  assert.deepEqual([...seen], [none, half, all]);
});

test("a run nests in a check, and its cuts are named after the outer one", () => {
  const ids: string[] = [];
  everyPowerLoss(start, eraseAndWrite, (flash, within) => {
    everyPowerLoss(
      flash,
      pair => pair.right.erase(0, 1),
      (_, { id }) => void ids.push(id),
      {
        within,
      },
    );
  });
  assert.equal(ids.length, 70);
  assert.equal(ids[6], "1:half/1:half");
});

test("one cut can be run alone by its id, with those around it and nested in it", () => {
  const ids: string[] = [];
  const options = { only: "2:half/1:all" };
  const cuts = everyPowerLoss(
    start,
    eraseAndWrite,
    (flash, within) => {
      ids.push(within.id);
      everyPowerLoss(flash, eraseAndWrite, (_, { id }) => void ids.push(id), {
        ...options,
        within,
      });
    },
    options,
  );
  assert.equal(cuts, 1);
  assert.deepEqual(ids, ["2:half", "2:half/1:all"]);
});

test("a failing check is reported with the id of its cut", () => {
  const run = (): number =>
    everyPowerLoss(start, eraseAndWrite, (_, { id }) => assert.notEqual(id, "3:half"));
  assert.throws(
    run,
    error =>
      error instanceof PowerLossFailure &&
      /rerun it alone: set POWER_LOSS_CUT=3:half$/.test(error.message),
  );
});

test("a refused operation fails the run, though the code under test swallowed the error", () => {
  const run = (): number =>
    everyPowerLoss(
      start,
      ({ left }) => {
        try {
          left.write(new Uint8Array(3), 0);
        } catch {
          // As careless code would.
        }
      },
      () => undefined,
    );
  assert.throws(run, /left: write of 3 at 0: not aligned to 4/);
});

test("the harness sees a record that is rewritten in place", () => {
  const record = new Uint8Array([1, 2, 3, 4]);
  const isLost = ({ left }: Pair): boolean => {
    const found = new Uint8Array(4);
    left.read(found, 0);
    return found.join() !== record.join();
  };
  const written = { left: start.left.clone(), right: start.right.clone() };
  written.left.write(record, 0);
  let lost = 0;
  const rewrite = ({ left }: Pair): void => {
    left.erase(0, 1);
    left.write(record, 0);
  };
  everyPowerLoss(written, rewrite, flash => void (lost += isLost(flash) ? 1 : 0));
  assert.ok(lost > 0);
});
