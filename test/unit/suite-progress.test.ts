// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { problemsOf, SuiteProgress } from "xs-ota/test/support/suite-progress";

/** Follows starts, each the lines of a console and how the device ended; and where each of them began. */
function follow(...starts: readonly (readonly [status: number | null, ...lines: string[]])[]): {
  readonly began: readonly (number | undefined)[];
  readonly progress: SuiteProgress;
  readonly problems: readonly string[];
} {
  const progress = new SuiteProgress();
  const began = starts.map(([status, ...lines]) => {
    const { from } = progress;
    for (const line of lines) progress.onLine(line);
    progress.onEnd(status);
    return from;
  });
  return { began, progress, problems: problemsOf(progress.results, progress.count) };
}

const crash = ["# out of memory", "# slots 9 of 9", "# reset meanwhile: crash"] as const;

test("a suite whose tests all pass needs one start", () => {
  const { progress, problems } = follow([0, "1..2", "# from 1 - a", "ok 1 - a", "ok 2 - b"]);
  assert.equal(progress.from, undefined);
  assert.deepEqual(progress.results, [{ name: "a" }, { name: "b" }]);
  assert.deepEqual(problems, []);
});

test("a test that runs out of memory behind others is run again, and what it says there counts", () => {
  const { began, progress, problems } = follow(
    [2, "1..2", "# from 1 - a", "ok 1 - a", ...crash],
    [0, "1..2", "# from 2 - b", "ok 2 - b"],
  );
  assert.deepEqual(began, [1, 2]);
  assert.match(progress.restarts.join(), /^test 2 is run again.*slots 9 of 9/);
  assert.deepEqual(problems, []);
});

test("what TLS says when it has not enough memory behind others is want of memory, too", () => {
  const progress = new SuiteProgress();
  const stops = [
    "1..2",
    "ok 1 - a",
    "not ok 2 - b",
    "  # Error: tls: there is not enough memory",
  ].map(line => progress.onLine(line));
  assert.deepEqual(stops, [false, false, false, true]);
});

test("a test that throws for want of memory behind others is stopped, and run again", () => {
  const progress = new SuiteProgress();
  const stops = ["1..2", "ok 1 - a", "not ok 2 - b", "  # Error: no memory for TLS", "  #  at"].map(
    line => progress.onLine(line),
  );
  progress.onEnd(null);
  assert.deepEqual(stops, [false, false, false, true, false]);
  assert.equal(progress.from, 2);
  assert.deepEqual(progress.results, [{ name: "a" }]);
});

test("a test that runs out of memory by itself has failed, and the others are run", () => {
  const { began, problems } = follow(
    [2, "1..2", "# from 1 - a", ...crash],
    [0, "1..2", "# from 2 - b", "ok 2 - b"],
  );
  assert.deepEqual(began, [1, 2]);
  assert.deepEqual(problems, [
    "a: exit status 2; out of memory; slots 9 of 9; reset meanwhile: crash",
  ]);
});

test("a test that fails, and one that ends in another reset, are not run again", () => {
  const { began, problems } = follow(
    [2, "1..3", "# from 1 - a", "not ok 1 - a", "  # 1 is not 2", "# reset meanwhile: watchdog"],
    [0, "1..3", "# from 3 - c", "ok 3 - c"],
  );
  assert.deepEqual(began, [1, 3]);
  assert.deepEqual(problems, [
    "a: 1 is not 2",
    'the one after "a": exit status 2; reset meanwhile: watchdog',
  ]);
});

test("a suite without a test, one that never begins, and one that ends badly have failed", () => {
  assert.deepEqual(follow([1, "1..0", "# from 1 - none"]).problems, ["it has no test"]);
  assert.deepEqual(follow([1, "# boot: no-image"]).problems, [
    "the suite: it never began: exit status 1",
    "1 of 0 tests were run",
  ]);
  const bad = follow([null, "1..1", "# from 1 - a", "ok 1 - a"]);
  assert.deepEqual(bad.problems, [
    "the suite: after the last test: exit status none",
    "2 of 1 tests were run",
  ]);
});

test("tests that were not reported are missed", () => {
  assert.deepEqual(problemsOf([{ name: "a" }], 2), ["1 of 2 tests were run"]);
});
