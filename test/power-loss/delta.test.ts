// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { rigGeometries, type RigGeometry } from "../support/boot-rig.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { deltaStories } from "../support/delta-stories.js";
import { rerunCommands } from "../support/rerun.js";
import { cutUpdate, formatCounts, noCuts } from "../support/update-cuts.js";

const [geometry] = rigGeometries as readonly [RigGeometry];
const command = rerunCommands(import.meta.url);
const counts = noCuts();
after(() => {
  count({ cuts: counts.cuts, secondCuts: counts.nested });
  console.log(formatCounts(counts));
});

for (const story of deltaStories) {
  const name = `${story.name}: wherever power fails it ends well, and the job says how`;
  test(name, () => {
    const options = { nestedOneIn: amount(199, 4), command: command() };
    cutUpdate(story, geometry, counts, options);
  });
}

test("power was cut often enough in delta updates", () => {
  const isAlone = process.env["POWER_LOSS_CUT"] !== undefined;
  const cuts = counts.cuts + counts.nested;
  assert.ok(isAlone || cuts >= amount(900, 20_000), JSON.stringify(counts));
});
