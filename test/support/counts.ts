// SPDX-License-Identifier: MIT
import { appendFileSync } from "node:fs";

/** What a harness counts. */
export interface Counts {
  /** Power cuts, each at another place or of another kind; those in a recovery from a cut apart. */
  readonly cuts?: number;
  readonly secondCuts?: number;
  /** Whole updates over a bad network. */
  readonly faultRuns?: number;
  /** Updates in a row on one flash. */
  readonly updates?: number;
  /** Things made wrong on purpose that were caught. */
  readonly controls?: number;
  /** Inputs by the name of the parser. */
  readonly inputs?: Readonly<Record<string, number>>;
}

/** Adds to what this run counts: a line of JSON in the file that the variable COUNTS names, if it names one. */
export function count(counts: Counts): void {
  const file = process.env["COUNTS"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}

const sums = ["cuts", "secondCuts", "faultRuns", "updates", "controls"] as const;

/** The sum of a run. @param text the file's */
export function sumUp(text: string): Required<Counts> {
  const records = text.split("\n").filter(Boolean);
  const all = records.map(line => JSON.parse(line) as Counts);
  const [cuts = 0, secondCuts = 0, faultRuns = 0, updates = 0, controls = 0] = sums.map(name =>
    all.reduce((sum, counts) => sum + (counts[name] ?? 0), 0),
  );
  const inputs = Object.assign({}, ...all.map(counts => counts.inputs)) as Record<string, number>;
  return { cuts, secondCuts, faultRuns, updates, controls, inputs };
}

/** What a run must reach. */
export interface Goals {
  /** Second cuts among them. */
  readonly cuts: number;
  readonly faultRuns: number;
  readonly inputs: number;
}

/** What `make test` must reach, and `make test-deep`. */
export const goals: Readonly<Record<"usual" | "deep", Goals>> = Object.freeze({
  usual: { cuts: 3000, faultRuns: 200, inputs: 100_000 },
  deep: { cuts: 100_000, faultRuns: 5000, inputs: 1_000_000 },
});

/** Inputs of the parser that had the fewest. */
const fewest = ({ inputs }: Required<Counts>): number => Math.min(...Object.values(inputs));

/** Which goals a run has not reached. */
export function missedGoals(counts: Required<Counts>, wanted: Goals): readonly (keyof Goals)[] {
  const inputs = Object.keys(counts.inputs).length > 0 ? fewest(counts) : 0;
  const found = { ...counts, cuts: counts.cuts + counts.secondCuts, inputs };
  return (Object.keys(wanted) as (keyof Goals)[]).filter(name => found[name] < wanted[name]);
}

/** The line with which a run ends. */
export function formatSum(counts: Required<Counts>): string {
  const { cuts, secondCuts, faultRuns, updates, controls, inputs } = counts;
  const number = (value: number): string => value.toLocaleString("en");
  return [
    `${number(cuts + secondCuts)} power cuts, ${number(secondCuts)} of them in a recovery from a cut`,
    `${number(faultRuns)} network-fault runs`,
    `${number(fewest(counts))} inputs or more for each of ${Object.keys(inputs).length} parsers`,
    `${number(updates)} updates in a row`,
    `${number(controls)} controls caught`,
  ].join("; ");
}
