// SPDX-License-Identifier: MIT
import type { Identity } from "xs-ota/common/identity";
import type { ImageDemands } from "xs-ota/pal/boot";
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import type { Network } from "./network.js";

/** The device that this runs on: what an OtaAgent needs of it, to be spread into its options, and who it is. */
export interface Host extends Network {
  readonly pal: Pal;
  readonly demands: ImageDemands;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly device: Device;
  readonly identity: Identity;
  /** The running image's own. */
  readonly runningVersion: string;
}
