// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { rigGeometries, type RigGeometry } from "../support/boot-rig.js";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { control } from "../support/control.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { randomFrom } from "../support/sim-flash.js";
import { PowerLoss, tears } from "../support/sim-power.js";
import { makeImage, type RigImage } from "../support/signed-images.js";
import { deployed, type DeviceFlash, type Spoil, WholeDevice } from "../support/whole-device.js";

const UPDATES = amount(40, 500);
/** Erases of a block for each update: data, trailer, two for the swap, one for what a cut repeats. */
const WEAR_PER_UPDATE = 6;
/** Bytes of heap that a whole run may leave behind. */
const MAX_LEFT = 40e6;

const [geometry] = rigGeometries as readonly [RigGeometry];
type Random = ReturnType<typeof randomFrom>;
const imageOf = (update: number, random: Random): RigImage =>
  makeImage(`1.0.${update}`, 4096 + (random() % 3500), 0);

/** Lets power fail once at a random place, in every second update. */
function runWithCut(device: WholeDevice, random: Random): boolean {
  const { power } = device.flash.a;
  const tear = tears[random() % tears.length] ?? "none";
  if (random() % 2 === 0) power.failAt(1 + (random() % 60), tear, random());
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

/** What a soak found. */
interface Soaked {
  readonly cuts: number;
  readonly reverted: number;
  readonly flash: DeviceFlash;
  /** Bytes of heap that the second half left behind. */
  readonly left: number;
}

function soak(updates: number, spoil: Spoil = {}): Soaked {
  const random = randomFrom(7);
  const options = { geometry, image: imageOf(0, random), spoil };
  const { flash } = new WholeDevice(options);
  const found = { cuts: 0, reverted: 0 };
  let heap = 0;
  for (let update = 1; update <= updates; update++) {
    const device = new WholeDevice(options).fork(flash);
    device.cloud.deploy("update", [deployed(imageOf(update, random).bytes)]);
    if (runWithCut(device, random)) found.cuts++;
    device.run();
    const { status, detail } = device.cloud.status("update");
    assert.match(`${status} ${detail}`, /^(SUCCEEDED|FAILED image-reverted: .*reset)/);
    if (status === "FAILED") found.reverted++;
    if (update === Math.ceil(updates / 2)) heap = process.memoryUsage().heapUsed;
  }
  return { ...found, flash, left: process.memoryUsage().heapUsed - heap };
}

function assertSound(updates: number, { cuts, flash, left }: Soaked): void {
  const most = Math.max(...flash.a.wear, ...flash.b.wear);
  const [first = 0, second = 0] = flash.journal.wear;
  assert.ok(cuts > updates / 8, `${cuts} power cuts`);
  assert.ok(most <= WEAR_PER_UPDATE * updates, `a block was erased ${most} times`);
  // an erase that is cut is done again
  const isEven = Math.abs(first - second) <= 1 + cuts;
  assert.ok(isEven, `the journal wears unevenly: ${first} and ${second} erases`);
  assert.ok(left < MAX_LEFT, `${left} bytes of heap`);
}

test(`${UPDATES} updates in a row on one flash end well, wear it evenly, and leave no memory behind`, () => {
  const soaked = soak(UPDATES);
  const { cuts, reverted, flash, left } = soaked;
  count({ updates: UPDATES });
  console.log(
    `soak: ${UPDATES} updates, ${cuts} power cuts, ${reverted} reverted; erases a block: slot-a ${flash.a.wear.join(" ")}, ` +
      `slot-b ${flash.b.wear.join(" ")}, journal ${flash.journal.wear.join(" ")}; heap ${Math.round(left / 1e6)} MB in the second half`,
  );
  assertSound(UPDATES, soaked);
});

control("a library that keeps what it had in each life is caught", () => {
  const kept: unknown[] = [];
  const mqtt: Spoil["mqtt"] = connection => {
    kept.push(new Array(200_000).fill(kept.length));
    return connection;
  };
  const soaked = soak(40, { mqtt });
  assert.throws(() => assertSound(40, soaked), /bytes of heap/);
});

control("a journal that always takes the first block is caught", () => {
  const journal: Spoil["journal"] = flash => {
    const own = new FlashJournal(flash);
    return {
      capacity: own.capacity,
      load: () => own.load(),
      save(record) {
        flash.erase(0, 1);
        new FlashJournal(flash).save(record);
      },
    };
  };
  assert.throws(() => assertSound(40, soak(40, { journal })), /the journal wears unevenly/);
});
