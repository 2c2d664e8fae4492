// SPDX-License-Identifier: MIT
import { agentConfig } from "xs-ota/host/agent-config";
import { openBootloader } from "xs-ota/host/bootloader";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { limitTrial, START_MS } from "xs-ota/host/trial-limit";

/** The SDK calls it before `main`, for its module is in `setup/`, and does not wait for the network first. */
export default function (done: () => void): void {
  const { boot } = openBootloader();
  limitTrial({ boot, clock, device, limitMs: START_MS + agentConfig.selfTestResponseWaitMs });
  done();
}
