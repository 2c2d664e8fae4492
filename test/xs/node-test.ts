// SPDX-License-Identifier: MIT
import Timer from "timer";

/*
 * The part of `node:test` that our suites use, for XS: tests run one after the other, in the order
 * in which they were registered, and report in the Test Anything Protocol.
 */

type Run = (t: TestContext) => unknown;

/** What a test is given. */
export interface TestContext {
  readonly name: string;
  /** Runs after the test, whether it passed or not; the last one registered first. */
  after(run: () => unknown): void;
  /** A line in the report. */
  diagnostic(message: string): void;
}

interface Registered {
  readonly name: string;
  readonly run: Run;
}

interface Suite {
  readonly tests: Registered[];
  readonly before: (() => unknown)[];
  readonly after: (() => unknown)[];
  readonly prefix: string[];
  /** How many tests there were at the end of each suite. */
  readonly ends: number[];
}

const suite: Suite = Object.freeze({ tests: [], before: [], after: [], prefix: [], ends: [] });

/** Registers a test. */
export function test(name: string, run: Run): void {
  suite.tests.push({ name: [...suite.prefix, name].join(": "), run });
}

export const it = test;

/** Registers the tests of `register` under a common name. */
export function describe(name: string, register: () => void): void {
  suite.prefix.push(name);
  register();
  suite.prefix.pop();
}

/** Runs before all tests of the bundle. */
export function before(run: () => unknown): void {
  suite.before.push(run);
}

/** Runs after all tests of the bundle. */
export function after(run: () => unknown): void {
  suite.after.push(run);
}

/** What follows is of another suite. @throws Error when this one has registered no test. */
export function endSuite(name: string): void {
  const { tests, ends } = suite;
  if (tests.length === (ends[ends.length - 1] ?? 0)) throw new Error(`${name} has no test`);
  ends.push(tests.length);
}

const nextTurn = (): Promise<void> => new Promise(resolve => Timer.set(() => resolve(), 0));

function textOf(error: unknown): string {
  return error instanceof Error
    ? (error.stack ?? `${error.name}: ${error.message}`)
    : String(error);
}

async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  for (const step of steps) await step();
}

/** @returns what went wrong, or `undefined`. */
async function runOne({ name, run }: Registered): Promise<string | undefined> {
  const cleanups: (() => unknown)[] = [];
  const context: TestContext = {
    name,
    after: cleanup => void cleanups.unshift(cleanup),
    diagnostic: message => trace(`# ${message}\n`),
  };
  try {
    try {
      await run(context);
    } finally {
      await runAll(cleanups);
    }
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}

/**
 * Runs what was registered, or what is left of it from a test on: numbers begin with 1, and say where in the whole a
 * test is.
 * @returns the number of tests that failed; 1 when there is none at all.
 */
export async function runTests(from = 1): Promise<number> {
  const { tests } = suite;
  let failures = 0;
  trace(`1..${tests.length}\n# from ${from} - ${tests[from - 1]?.name ?? "none"}\n`);
  await runAll(suite.before);
  for (let i = from; i <= tests.length; i++) {
    const registered = tests[i - 1] as Registered;
    const failure = await runOne(registered);
    trace(`${failure === undefined ? "ok" : "not ok"} ${i} - ${registered.name}\n`);
    if (failure !== undefined) {
      failures++;
      trace(`  # ${failure.replace(/\n/g, "\n  # ")}\n`);
    }
    await nextTurn(); // the watchdog is fed between turns
  }
  await runAll(suite.after);
  const count = Math.max(0, tests.length + 1 - from);
  trace(`# tests ${count}\n# pass ${count - failures}\n# fail ${failures}\n`);
  return count === 0 ? 1 : failures;
}
