// SPDX-License-Identifier: MIT
import type { TrailerFlags } from "./trailer.js";

/** What the flags of both slots say; the two forms of each fact are all that a decision needs. */
export interface BootFacts {
  readonly aMagic: "good" | "bad";
  /** "set" when it names a swap type. */
  readonly aSwapInfo: "set" | "unset";
  readonly aCopyDone: "set" | "unset";
  readonly aImageOk: "set" | "unset";
  readonly bMagic: "good" | "bad";
  readonly bImageOk: "set" | "unset";
}

/** The facts in the trailers of slot-a and slot-b. */
export function bootFacts(a: TrailerFlags, b: TrailerFlags): BootFacts {
  return {
    aMagic: a.magic,
    aSwapInfo: a.swapType === "none" ? "unset" : "set",
    aCopyDone: a.copyDone,
    aImageOk: a.imageOk,
    bMagic: b.magic,
    bImageOk: b.imageOk,
  };
}

/** What the bootloader does at a reset: finish a swap, swap for a trial, swap for good, swap back, or start slot-a. */
export type BootAction = "resume" | "test" | "permanent" | "revert" | "none";

/** One line of the table: a fact that a row does not care about is "any". */
export type BootRow = { readonly [Fact in keyof BootFacts]: BootFacts[Fact] | "any" } & {
  readonly action: BootAction;
};

type Cell<Fact extends keyof BootFacts> = BootRow[Fact];

function row(
  aMagic: Cell<"aMagic">,
  aSwapInfo: Cell<"aSwapInfo">,
  aCopyDone: Cell<"aCopyDone">,
  aImageOk: Cell<"aImageOk">,
  bMagic: Cell<"bMagic">,
  bImageOk: Cell<"bImageOk">,
  action: BootAction,
): BootRow {
  return Object.freeze({ aMagic, aSwapInfo, aCopyDone, aImageOk, bMagic, bImageOk, action });
}

/**
 * The bootloader's decision; the first match wins. The same rows, in the same order, stand in
 * toolchain/bootloader/decide.c; test/unit/bootloader-decide.test.ts holds them equal.
 * Source: docs/flash-format.md, "What the bootloader does at a reset".
 */
// prettier-ignore
export const bootTable: readonly BootRow[] = Object.freeze([
  //  slot-a: magic, swap info, copy done, image ok    slot-b: magic, image ok
  row("good", "set", "unset", "any",    "bad",  "any",    "resume"),
  row("any",  "any", "any",   "any",    "good", "unset",  "test"),
  row("any",  "any", "any",   "any",    "good", "set",    "permanent"),
  row("good", "any", "set",   "unset",  "bad",  "any",    "revert"),
  row("any",  "any", "any",   "any",    "any",  "any",    "none"),
]);

const factNames = Object.freeze([
  "aMagic",
  "aSwapInfo",
  "aCopyDone",
  "aImageOk",
  "bMagic",
  "bImageOk",
] as const);

/** What the bootloader will do at the next reset if the flags stay as they are. */
export function decideBoot(facts: BootFacts): BootAction {
  const match = bootTable.find(candidate =>
    factNames.every(name => candidate[name] === "any" || candidate[name] === facts[name]),
  );
  return match?.action ?? "none";
}
