// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { control } from "../support/control.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { makeTemporaryFolder } from "../support/files.js";

const RUNS = amount(100_000, 1_000_000);
const FOLDER = "build/fuzz";
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const fuzzers = ["boot", "bundle", "certificate", "channel", "signature"];
const seen: string[] = [];

after(() => console.log(`fuzzing the C: ${seen.join(", ")}`));

interface Search {
  /** Exit status: 0 when nothing was found. */
  readonly status: number | null;
  readonly output: string;
}

/** Runs a fuzzer from the kept corpus; what it finds on the way is not kept. */
function search(program: string, corpus: string): Search {
  const { folder, remove } = makeTemporaryFolder();
  const options = { artifact_prefix: `${FOLDER}/${program}-`, seed: 1, runs: RUNS, timeout: 10 };
  const flags = Object.entries({ ...options, max_len: 2048, rss_limit_mb: 512 });
  const { status, stderr } = spawnSync(
    `${FOLDER}/${program}`,
    [...flags.map(([name, value]) => `-${name}=${value}`), folder, `test/fuzz/corpus/${corpus}`],
    { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  remove();
  return { status, output: stderr };
}

/** What libFuzzer says of the corpus that it begins with. */
function filesRead(name: string): RegExp {
  const corpus = `test/fuzz/corpus/${name}`;
  return new RegExp(`${readdirSync(`${root}/${corpus}`).length} files found in ${corpus}`);
}

for (const name of fuzzers) {
  test(`${name}: no input makes the C go out of bounds, hang, or break its word`, () => {
    const { status, output } = search(name, name);
    const found = /Test unit written to (\S+)/.exec(output)?.[1] ?? "";
    assert.equal(
      status,
      0,
      `${output.slice(-3000)}\nto rerun it alone: ${FOLDER}/${name} ${found}`,
    );
    const [, runs = "0", coverage = "0"] = /#(\d+)\s+DONE\s+cov: (\d+)/.exec(output) ?? [];
    assert.ok(Number(runs) >= RUNS, output.slice(-500));
    count({ inputs: { [`${name} in C`]: Number(runs) } });
    assert.match(output, filesRead(name), "the corpus was replayed");
    seen.push(`${name} ${Number(runs).toLocaleString("en")} inputs (${coverage} edges)`);
  });

  control(`${name}: a mistake that is planted in it is found`, () => {
    const { status, output } = search(`planted-${name}`, name);
    assert.notEqual(status, 0);
    assert.match(output, /SUMMARY: (AddressSanitizer|UndefinedBehaviorSanitizer|libFuzzer)/);
  });
}
