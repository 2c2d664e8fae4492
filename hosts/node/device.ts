// SPDX-License-Identifier: MIT
import type { Device, ResetReason } from "xs-ota/pal/device";

export interface NodeDeviceOptions {
  /** What a restart is: by default the process ends with this status, and a supervisor starts it again. */
  readonly restart?: () => void;
  readonly resetReason?: ResetReason;
}

/** Exit status that asks a supervisor for a restart. */
export const RESTART_STATUS = 75;

/** A process as a device. */
export function openDevice(options: NodeDeviceOptions = {}): Device {
  const exit = (): void => process.exit(RESTART_STATUS);
  const { restart = exit, resetReason = "power-on" } = options;
  return Object.freeze({ resetReason, restart, random: () => Math.random() });
}
