// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { control } from "../support/control.js";
import { count } from "../support/counts.js";
import { amount } from "../support/deep.js";
import { fuzz, type FuzzTarget, replay } from "../support/fuzz.js";
import { fuzzTargets } from "../support/fuzz-targets.js";
import { rerunCommands } from "../support/rerun.js";

const INPUTS = amount(100_000, 1_000_000);
const command = rerunCommands(import.meta.url);
const seen: string[] = [];

after(() => {
  const inputs = INPUTS.toLocaleString("en");
  console.log(`fuzzing the TypeScript: ${inputs} inputs for each of ${seen.join(", ")}`);
});

for (const target of fuzzTargets) {
  test(`${target.name}: any bytes are taken or refused, in bounded time and memory`, t => {
    const { taken, refused } = fuzz(target, INPUTS, command());
    if (process.env["FUZZ_INPUT"] !== undefined) return;
    t.diagnostic(`${taken} taken, ${refused} refused`);
    assert.equal(taken + refused, INPUTS);
    assert.ok(taken > INPUTS / 200, "hardly any input was taken");
    count({ inputs: { [target.name]: taken + refused } });
    seen.push(target.name);
  });

  test(`${target.name}: what is kept of earlier runs is taken or refused as it was`, () => {
    assert.ok(replay(target) >= 3);
  });
}

/** Trusts the length that it reads. */
const trusting: FuzzTarget = {
  name: "a parser that trusts a length",
  seeds: [Uint8Array.of(2, 7, 7)],
  run: ([length = 0, ...rest]) => {
    Uint8Array.from(rest).set(new Uint8Array(length));
  },
};

/** Goes round as long as the input says, which at the least is many times what it may take: however warm the code is. */
const slow: FuzzTarget = {
  name: "a parser that goes round for as long as its input says",
  seeds: [Uint8Array.of(0, 0)],
  run: bytes => {
    const end = Math.min(bytes[0] ?? 0, 1) * 2 ** 27;
    for (let at = 0; at < end; at++) if (bytes[at % 2] === 300) return;
  },
  maxCpuMs: 20,
};

for (const target of [trusting, slow]) {
  control(`${target.name} is caught, with the seed and the least input that show it`, () => {
    const run = (only?: string): unknown => fuzz(target, 10_000, "node --test", only);
    assert.throws(run, error => {
      const { message } = error as Error;
      assert.match(message, /seed: 1[^]*Counterexample/);
      const [, least = ""] = /FUZZ_INPUT=([0-9a-f]+) node --test$/.exec(message) ?? [];
      assert.throws(() => run(least), "the least input alone");
      return true;
    });
  });
}
