// SPDX-License-Identifier: MIT
import { test, type TestContext } from "node:test";
import { count } from "./counts.js";

/** A test of a harness itself: it must catch what is made wrong on purpose. */
export function control(name: string, run: (t: TestContext) => void | Promise<void>): void {
  test(name, async t => {
    await run(t);
    count({ controls: 1 });
  });
}
