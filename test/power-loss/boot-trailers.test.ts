// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { slotLayout, type TrailerLayout } from "xs-ota/pal/boot/trailer";
import {
  factoryFlash,
  type Rig,
  rigGeometries,
  type RigGeometry,
  writeImage,
} from "../support/boot-rig.js";
import type { BootFlash } from "../support/bootloader.js";
import { imagesFor, rigFor, settle, updateOnceMore } from "../support/boot-stories.js";
import { amount } from "../support/deep.js";
import { assertNoViolations } from "../support/power-loss.js";
import { randomFrom, type SimFlash } from "../support/sim-flash.js";

/*
 * Trailers that nobody wrote: each field erased or garbage, the magic good or not, the swap type each that there is. Two whole images are
 * in the slots: one of them starts, and the next update works.
 */

const GARBAGE = -1;
const ERASED = -2;

/** What the fields of a trailer may hold, by the fields' names: a first byte, or one of the above. */
const choices = {
  magic: [ERASED, GARBAGE, 1],
  swapInfo: [ERASED, GARBAGE, 2, 3, 4],
  copyDone: [ERASED, GARBAGE, 1],
  imageOk: [ERASED, GARBAGE, 1],
  swapSize: [ERASED, GARBAGE],
  swapStatus: [ERASED, GARBAGE],
} as const;

type Field = keyof typeof choices;
type Trailer = Readonly<Record<Field, number>>;
const fields = Object.keys(choices) as Field[];

/** The trailer of this number, of `trailerCount`. */
function trailerOf(number: number): Trailer {
  let left = number;
  const chosen = fields.map(name => {
    const from: readonly number[] = choices[name];
    const value = from[left % from.length] ?? ERASED;
    left = Math.floor(left / from.length);
    return [name, value] as const;
  });
  return Object.fromEntries(chosen) as Record<Field, number>;
}

const trailerCount = fields.reduce((count, name) => count * choices[name].length, 1);

/** The magic of slots whose writeSize is 8 or less. Source: docs/flash-format.md, "Slot and trailer". */
const magic = [...Buffer.from("77c295f360d2ef7f3552500f2cb67980", "hex")];

function spoil(
  slot: SimFlash,
  layout: TrailerLayout,
  trailer: Trailer,
  random: () => number,
): void {
  for (const name of fields) {
    const value = trailer[name];
    if (value === ERASED) continue;
    const length = name === "magic" ? magic.length : 4;
    const garbage = Array.from({ length }, () => random() & 0xff);
    const good = name === "magic" ? magic : [value];
    slot.corrupt(layout[name], ...(value === GARBAGE ? garbage : good));
  }
}

const [geometry] = rigGeometries as readonly [RigGeometry];
const images = imagesFor(geometry);
const rig: Rig = rigFor(geometry, images);
const layout = slotLayout(geometry.a, geometry.b);

function flashWith(a: Trailer, b: Trailer, random: () => number): BootFlash {
  const flash = factoryFlash(geometry, images.new);
  writeImage(flash.b, images.next);
  spoil(flash.a, layout.a, a, random);
  spoil(flash.b, layout.b, b, random);
  return flash;
}

test("whatever the trailers hold, a valid image starts, and the next update works", () => {
  const random = randomFrom(5);
  const seen = { new: 0, next: 0 };
  for (let run = 0; run < amount(1500, 30_000); run++) {
    const [a, b] = [random(), random()].map(number => trailerOf(number % trailerCount));
    assert.ok(a !== undefined && b !== undefined);
    const flash = flashWith(a, b, random);
    try {
      const { image } = settle(flash, rig, run % 2 === 0 ? "confirm" : "wait");
      seen[image === images.new ? "new" : "next"]++;
      updateOnceMore(flash, rig, images.last);
      assertNoViolations(flash);
    } catch (error) {
      assert.fail(`${String(error)}\nslot-a ${JSON.stringify(a)}, slot-b ${JSON.stringify(b)}`);
    }
  }
  assert.ok(seen.new > 100 && seen.next > 100, JSON.stringify(seen));
});
