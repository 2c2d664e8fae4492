// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { RigGeometry } from "../support/boot-rig.js";
import { amount } from "../support/deep.js";
import { cutUpdate, formatCounts, geometriesFor, noCuts } from "../support/update-cuts.js";
import { updateStories } from "../support/update-stories.js";

/** One second cut in so many; large erase blocks take longer, and have nothing that small ones have not. */
const nestedOneIn = (geometry: RigGeometry): number =>
  amount(199, 4) * (geometry.a.blockSize > 4096 ? 16 : 1);
const FILE = "build/node/test/power-loss/update.test.js";

const counts = noCuts();
after(() => console.log(formatCounts(counts)));

for (const [index, story] of updateStories.entries()) {
  for (const geometry of geometriesFor(index)) {
    const name = `${story.name}: wherever power fails it ends well, and the job says how (${geometry.name})`;
    test(name, () => {
      const pattern = name.replace(/[()]/g, ".");
      const command = `node --test --test-name-pattern="${pattern}" ${FILE}`;
      cutUpdate(story, geometry, counts, { nestedOneIn: nestedOneIn(geometry), command });
    });
  }
}

test("power was cut often enough in whole updates", () => {
  const isAlone = process.env["POWER_LOSS_CUT"] !== undefined;
  const cuts = counts.cuts + counts.nested;
  assert.ok(isAlone || cuts >= amount(3000, 100_000), JSON.stringify(counts));
});
