// SPDX-License-Identifier: MIT
import config from "mc/config";
import { device } from "xs-ota/host/device";
import type { ResetReason } from "xs-ota/pal/device";

/** Says why it was started, and ends as `onStart` tells, or in all the ways there are, one after the other. */
const endings = Object.freeze({
  restart: () => device.restart(),
  hang: () => {
    for (;;) device.random();
  },
  crash: () => {
    throw new Error("on purpose");
  },
  stay: () => undefined,
});

const next: Readonly<Record<ResetReason, keyof typeof endings>> = Object.freeze({
  "power-on": "restart",
  software: "hang",
  watchdog: "crash",
  crash: "stay",
  unknown: "stay",
});

trace(`${config.version} started: ${device.resetReason}\n`);
const { onStart } = config as { onStart?: keyof typeof endings | "next" };
endings[onStart === undefined || onStart === "next" ? next[device.resetReason] : onStart]();
