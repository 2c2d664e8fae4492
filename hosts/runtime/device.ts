// SPDX-License-Identifier: MIT
import type { Device, ResetReason } from "xs-ota/pal/device";

/** In the order of XsOtaReset, port.h. */
const reasons: readonly ResetReason[] = Object.freeze([
  "power-on",
  "software",
  "watchdog",
  "crash",
]);

// prettier-ignore
const machine = Object.freeze({
  resetReason(): number { return native("xs_otadevice_resetReason").call(this); },
  restart(): void { native("xs_otadevice_restart").call(this); },
  powerOff(status: number): void { native("xs_otadevice_powerOff").call(this, status); },
  random(): number { return native("xs_otadevice_random").call(this); },
});

/** The machine that the runtime is on. */
export const device: Device = Object.freeze({
  get resetReason(): ResetReason {
    return reasons[machine.resetReason()] ?? "unknown";
  },
  restart: (): void => machine.restart(),
  random: (): number => machine.random(),
});

/** Switches the device off for good. @param status 0..63, the exit status of xs-ota-linux, or of a board's emulator. */
export const powerOff = (status: number): void => machine.powerOff(status);
