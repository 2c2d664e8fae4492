// SPDX-License-Identifier: MIT
import { openCertificates } from "xs-ota/common/certificates";
import { crypto } from "xs-ota/common/crypto";
import { readDemands } from "xs-ota/common/demands";
import { readIdentity } from "xs-ota/common/identity";
import { readImageFacts } from "xs-ota/image/facts";
import { formatImageVersion } from "xs-ota/image/version";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { openPartition } from "xs-ota/host/flash";
import { openNetwork, type NetworkOptions } from "xs-ota/host/network";
import type { Host } from "xs-ota/host/sdk-host";
import { deviceClass } from "xs-ota/host/target";

export type { Host } from "xs-ota/host/sdk-host";
export type HostOptions = NetworkOptions;

/** What ends the machine, for the console: the SDK says no more than "unhandled exception". */
function explain(what: string, error: unknown): void {
  trace(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/**
 * Opens the simulated device, and connects it to the endpoint of its identity.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed" when there is none, which is so
 *   unless xs-ota-simulator has started the image.
 */
export function openHost(options: HostOptions = {}): Host {
  (globalThis as { abort?: unknown }).abort = explain;
  const identity = readIdentity(openPartition("data"));
  const slotA = openPartition("slot-a");
  const boot = new McubootControl(slotA, openPartition("slot-b"));
  const certificates = openCertificates(identity.certificates);
  return Object.freeze({
    pal: new FlashPal({ boot, crypto, certificates, device }),
    demands: readDemands(openPartition("counter"), deviceClass()),
    journal: new FlashJournal(openPartition("journal")),
    clock,
    device,
    ...openNetwork(identity, options),
    identity,
    runningVersion: formatImageVersion(readImageFacts(slotA, boot.capacity).header.version),
  });
}
