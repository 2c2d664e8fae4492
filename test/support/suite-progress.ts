// SPDX-License-Identifier: MIT

/** How a test went on a board. */
export interface TestResult {
  readonly name: string;
  /** Absent when it passed. */
  readonly failure?: string;
}

/** What XS says before it resets the device, and what natives throw, when memory is short. */
const shortage = /^(out of memory|stack overflow|out of property names)$/;
const thrownShortage = /\b(no|out of|not enough) memory\b/;

/** Lines that say why a device was reset: from one such line on, all that it says. */
const sign = /^# (out of memory|stack overflow|out of property names|reset meanwhile: .*)$/;

/**
 * Follows the tests of a suite over as many starts of its image as they need: a test that runs out of memory behind
 * others is run again, as the first one after a start. There it must pass.
 */
export class SuiteProgress {
  readonly results: TestResult[] = [];
  /** Why a start was followed by another one. */
  readonly restarts: string[] = [];
  /** Number of the test with which the next start begins; `undefined` when none is left. */
  from: number | undefined = 1;
  /** How many tests the suite has; `undefined` until it says so. */
  count: number | undefined;
  #firstName = "";
  /** Number of the test that was reported last. */
  #reported = 0;
  /** Name of one that failed: the next line says why. */
  #failed: string | undefined;
  /** What comes from a device that is being stopped is of no interest. */
  #isStopped = false;
  /** What the console says of a reset. */
  #signs: string[] = [];

  /** Takes a line of the console. @returns whether the device is to be stopped. */
  onLine(line: string): boolean {
    if (this.#isStopped) return false;
    if (this.#failed !== undefined) return this.#explain(this.#failed, line);
    const [, not, number, name = ""] = /^(not )?ok (\d+) - (.*)$/.exec(line) ?? [];
    if (number === undefined) {
      this.#note(line);
      return false;
    }
    this.#reported = Number(number);
    if (not === undefined) this.results.push({ name });
    else this.#failed = name;
    return false;
  }

  #note(line: string): void {
    const [, count] = /^1\.\.(\d+)$/.exec(line) ?? [];
    const [, first] = /^# from \d+ - (.*)$/.exec(line) ?? [];
    if (count !== undefined) this.count = Number(count);
    else if (first !== undefined) this.#firstName = first;
    else if (this.#signs.length > 0 || sign.test(line)) this.#signs.push(line.slice(2));
  }

  #explain(name: string, line: string): boolean {
    this.#failed = undefined;
    const failure = line.replace(/^ *# /, "");
    if (thrownShortage.test(failure) && this.#reported !== this.from) {
      this.#startAgainWith(this.#reported, failure);
      this.#isStopped = true;
      return true;
    }
    this.results.push({ name, failure });
    return false;
  }

  /** The device has ended, with this exit status. */
  onEnd(status: number | null): void {
    if (this.#isStopped) {
      this.#isStopped = false;
      return;
    }
    const next = this.#reported + 1;
    const reason = [`exit status ${status ?? "none"}`, ...this.#signs].join("; ");
    if (this.count === undefined) this.#giveUp(`it never began: ${reason}`);
    else if (next <= this.count) this.#goOn(next, this.count, reason);
    else if (status === 0 || status === 1) this.from = undefined;
    else this.#giveUp(`after the last test: ${reason}`);
  }

  #giveUp(failure: string): void {
    this.results.push({ name: "the suite", failure });
    this.from = undefined;
  }

  /** It ended in test `number` of `count`. */
  #goOn(number: number, count: number, reason: string): void {
    const isFirst = number === this.from;
    if (!isFirst && shortage.test(this.#signs[0] ?? "")) {
      this.#startAgainWith(number, reason);
      return;
    }
    const name = isFirst ? this.#firstName : `the one after "${this.results.at(-1)?.name ?? ""}"`;
    this.results.push({ name, failure: reason });
    this.#signs = [];
    this.#reported = number;
    this.from = number < count ? number + 1 : undefined;
  }

  #startAgainWith(number: number, reason: string): void {
    this.restarts.push(`test ${number} is run again, without those before it: ${reason}`);
    this.#signs = [];
    this.#reported = number - 1;
    this.from = number;
  }
}

/** What is wrong with a suite's run. */
export function problemsOf(
  results: readonly TestResult[],
  count: number | undefined,
): readonly string[] {
  const problems = results.flatMap(({ name, failure }) =>
    failure === undefined ? [] : [`${name}: ${failure}`],
  );
  if (count === 0) problems.push("it has no test");
  if (results.length !== count) problems.push(`${results.length} of ${count ?? 0} tests were run`);
  return problems;
}
