// SPDX-License-Identifier: MIT
import { openCertificates } from "xs-ota/common/certificates";
import { crypto } from "xs-ota/common/crypto";
import { readIdentity } from "xs-ota/common/identity";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { openNetwork, type NetworkOptions } from "xs-ota/host/network";
import type { Host } from "xs-ota/host/sdk-host";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { EspBootControl, readDemands, readRunningVersion } from "./boot.js";
import { openPartition } from "./flash.js";

export type { Host } from "xs-ota/host/sdk-host";
export type HostOptions = NetworkOptions;

/**
 * Opens this device, and connects it to the endpoint of its identity. Wi-Fi must be up, and the time of day set, for TLS
 * checks the dates of certificates: the SDK's `setup/network` does both before `main` runs.
 * Its `runningVersion` is that of the application descriptor, CONFIG_APP_PROJECT_VER.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed".
 */
export function openHost(options: HostOptions = {}): Host {
  const identity = readIdentity(openPartition("data"));
  const boot = new EspBootControl(openPartition("nextota"));
  const certificates = openCertificates(identity.certificates);
  return Object.freeze({
    pal: new FlashPal({ boot, crypto, certificates, device }),
    demands: readDemands(),
    journal: new FlashJournal(openPartition("journal")),
    clock,
    device,
    ...openNetwork(identity, options),
    identity,
    runningVersion: readRunningVersion(),
  });
}
