// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { type FaultKind, faultKinds } from "xs-ota/cloud/faults/faults";

/** What may happen in a storm: the line's faults, a restart of the cloud, and a reset of the device. */
export type Blow = FaultKind | "restart" | "power cut";

const blows: readonly Blow[] = Object.freeze([...faultKinds, "restart", "power cut"]);

/** How often each happened; what did not is left out. */
export type FaultCounts = Partial<Record<Blow, number>>;

export function addFaults(to: FaultCounts, more: Readonly<FaultCounts>): void {
  for (const blow of blows) {
    const count = (to[blow] ?? 0) + (more[blow] ?? 0);
    if (count > 0) to[blow] = count;
  }
}

/** "drop 31, delay 5": in the order of their names in {@link Blow}. */
export const formatFaults = (counts: Readonly<FaultCounts>): string =>
  blows.map(blow => `${blow} ${counts[blow] ?? 0}`).join(", ");

/** Every kind, the wanted ones if they are named, happened at least so often. */
export function assertEachHappened(
  counts: Readonly<FaultCounts>,
  least: number,
  wanted: readonly Blow[] = blows,
): void {
  for (const blow of wanted) {
    assert.ok((counts[blow] ?? 0) >= least, `hardly any ${blow}: ${formatFaults(counts)}`);
  }
}
