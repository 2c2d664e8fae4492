// SPDX-License-Identifier: MIT
import type { PalImageState } from "xs-ota/pal/boot";
import type { Phase } from "./progress.js";

/**
 * What a start finds: no update, a file partly received, a switch that the bootloader has not finished, a new image on
 * trial, a trial that was given up, or an update that was committed and may not have been reported.
 */
export type Outcome = "idle" | "resume" | "unfinished" | "trial" | "reverted" | "committed";

interface Row {
  readonly image: PalImageState | "any";
  readonly phase: Phase | "none" | "any";
  /** Whether the running image is the one that the journal names. */
  readonly runsNew: boolean | "any";
  readonly outcome: Outcome;
}

const row = (
  image: Row["image"],
  phase: Row["phase"],
  runsNew: Row["runsNew"],
  outcome: Outcome,
): Row => Object.freeze({ image, phase, runsNew, outcome });

/**
 * The first match wins.
 *
 * "Unknown": a failing flash keeps the bootloader in the middle of a switch, and which image runs says nothing. One more
 * reset is spent on it. When that does not help, the update has failed; should the bootloader finish later, it starts a
 * trial that no job asks for, which is given up.
 *
 * "switching" while the old image runs: the power was cut before the boot flag was whole, or the new image did not live
 * to say so. The switch is tried again; the next time the phase tells which it was.
 */
// prettier-ignore
const table: readonly Row[] = Object.freeze([
  //  image            phase         runs new  outcome
  row("PendingCommit", "any",        "any",    "trial"),
  row("any",           "none",       "any",    "idle"),
  row("any",           "receiving",  "any",    "resume"),
  row("any",           "committed",  "any",    "committed"),
  row("Unknown",       "retried",    "any",    "reverted"),
  row("Unknown",       "any",        "any",    "unfinished"),
  row("any",           "any",        true,     "committed"),
  row("any",           "switching",  false,    "resume"),
  row("any",           "any",        false,    "reverted"),
]);

const fits = <T>(wanted: T | "any", found: T): boolean => wanted === "any" || wanted === found;

/** The row for what a start finds. */
export function outcomeOf(image: PalImageState, phase: Phase | "none", runsNew: boolean): Outcome {
  const found = table.find(
    r => fits(r.image, image) && fits(r.phase, phase) && fits<boolean | "any">(r.runsNew, runsNew),
  );
  return found?.outcome ?? "idle";
}
