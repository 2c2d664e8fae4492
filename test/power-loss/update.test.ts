// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { count } from "../support/counts.js";
import { rerunCommands } from "../support/rerun.js";
import { amount } from "../support/deep.js";
import {
  cutUpdate,
  formatCounts,
  geometriesFor,
  nestedOneIn,
  noCuts,
} from "../support/update-cuts.js";
import { updateStories } from "../support/update-stories.js";

const command = rerunCommands(import.meta.url);

const counts = noCuts();
after(() => {
  count({ cuts: counts.cuts, secondCuts: counts.nested });
  console.log(formatCounts(counts));
});

for (const [index, story] of updateStories.entries()) {
  for (const geometry of geometriesFor(index)) {
    const name = `${story.name}: wherever power fails it ends well, and the job says how (${geometry.name})`;
    test(name, () => {
      const options = { nestedOneIn: nestedOneIn(geometry), command: command() };
      cutUpdate(story, geometry, counts, options);
    });
  }
}

test("power was cut often enough in whole updates", () => {
  const isAlone = process.env["POWER_LOSS_CUT"] !== undefined;
  const cuts = counts.cuts + counts.nested;
  assert.ok(isAlone || cuts >= amount(3000, 100_000), JSON.stringify(counts));
});
