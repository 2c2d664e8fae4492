// SPDX-License-Identifier: MIT

/** Why the device started. */
export type ResetReason = "power-on" | "software" | "watchdog" | "crash" | "unknown";

/** The machine the agent runs on. */
export interface Device {
  readonly resetReason: ResetReason;
  /** Restarts the device. Returns on some hosts: the restart then comes soon after. */
  restart(): void;
  /** A number in [0, 1), different on each device and after each start: for jitter, not for keys. */
  random(): number;
}
