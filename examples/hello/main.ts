// SPDX-License-Identifier: MIT
import config from "mc/config";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";

/** The least that runs: says who it is, and how long it has been running, every second. */
const started = clock.now();

function report(): void {
  trace(`hello ${config.version}, up ${Math.round(clock.now() - started)} ms\n`);
  clock.after(1000, report);
}

trace(`started: ${device.resetReason}\n`);
report();
