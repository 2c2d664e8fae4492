// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { rigGeometries, type RigGeometry } from "../support/boot-rig.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { randomFrom } from "../support/sim-flash.js";
import { PowerLoss, tears } from "../support/sim-power.js";
import { makeImage } from "../support/signed-images.js";
import { deployed, WholeDevice } from "../support/whole-device.js";

const UPDATES = amount(40, 500);
/** Erases of a block for each update: data, trailer, two for the swap, one for what a cut repeats. */
const WEAR_PER_UPDATE = 6;
/** Bytes of heap that a whole run may leave behind. */
const MAX_LEFT = 40e6;

const [geometry] = rigGeometries as readonly [RigGeometry];
const random = randomFrom(7);
const imageOf = (update: number) => makeImage(`1.0.${update}`, 4096 + (random() % 3500), 0);

/** Lets power fail once at a random place, in every second update. */
function runWithCut(device: WholeDevice): boolean {
  const { power } = device.flash.a;
  const tear = tears[random() % tears.length] ?? "none";
  if (random() % 2 === 0) power.failAt(1 + (random() % 90), tear, random());
  try {
    device.run();
    return false;
  } catch (error) {
    if (!(error instanceof PowerLoss)) throw error;
    return true;
  } finally {
    power.restore();
  }
}

test(`${UPDATES} updates in a row on one flash end well, wear it evenly, and leave no memory behind`, t => {
  const first = new WholeDevice({ geometry, image: imageOf(0) });
  let cuts = 0;
  let reverted = 0;
  let heap = 0;
  for (let update = 1; update <= UPDATES; update++) {
    const device = new WholeDevice({ geometry, image: imageOf(0) }).fork(first.flash);
    device.cloud.deploy("update", [deployed(imageOf(update).bytes)]);
    if (runWithCut(device)) cuts++;
    device.run();
    const { status, detail } = device.cloud.status("update");
    assert.match(`${status} ${detail}`, /^(SUCCEEDED|FAILED image-reverted: .*reset)/);
    if (status === "FAILED") reverted++;
    if (update === Math.ceil(UPDATES / 2)) heap = process.memoryUsage().heapUsed;
  }
  const left = process.memoryUsage().heapUsed - heap;
  const wear = { a: [...first.flash.a.wear], b: [...first.flash.b.wear] };
  const most = Math.max(...wear.a, ...wear.b);
  const journal = [...first.flash.journal.wear];
  count({ updates: UPDATES });
  console.log(
    `soak: ${UPDATES} updates, ${cuts} power cuts, ${reverted} reverted; erases a block: slot-a ${wear.a.join(" ")}, ` +
      `slot-b ${wear.b.join(" ")}, journal ${journal.join(" ")}; heap ${Math.round(left / 1e6)} MB in the second half`,
  );
  t.diagnostic(`${most} erases at most`);
  assert.ok(cuts > UPDATES / 8, `${cuts} power cuts`);
  assert.ok(most <= WEAR_PER_UPDATE * UPDATES, `a block was erased ${most} times`);
  assert.ok(Math.abs((journal[0] ?? 0) - (journal[1] ?? 0)) <= 1, "the journal wears evenly");
  assert.ok(left < MAX_LEFT, `${left} bytes of heap`);
});
