// SPDX-License-Identifier: MIT
import type { BootControl } from "xs-ota/pal/boot";
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";

/** Milliseconds that an image on trial has to start its agent, which then limits the trial itself. */
export const START_MS = 300_000;

export interface TrialLimitOptions {
  readonly boot: BootControl;
  readonly clock: Clock;
  readonly device: Device;
  /** Milliseconds from now. */
  readonly limitMs: number;
}

/**
 * Restarts the device, which ESP-IDF's bootloader takes for a failed trial, unless the running image is committed in time:
 * one that never joins a network never starts its agent either, and would stay for ever.
 */
export function limitTrial({ boot, clock, device, limitMs }: TrialLimitOptions): void {
  if (boot.imageState() !== "PendingCommit") return;
  clock.after(limitMs, () => {
    if (boot.imageState() === "PendingCommit") device.restart();
  });
}
