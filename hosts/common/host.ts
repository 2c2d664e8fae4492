// SPDX-License-Identifier: MIT
import type { BootControl, ImageDemands } from "xs-ota/pal/boot";
import type { Certificates } from "xs-ota/pal/certificates";
import type { Clock } from "xs-ota/pal/clock";
import type { Crypto } from "xs-ota/pal/crypto";
import type { Device } from "xs-ota/pal/device";
import type { FlashPartition } from "xs-ota/pal/flash";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { openCertificates } from "./certificates.js";
import { readIdentity, type Identity } from "./identity.js";

/** What a machine's bootloader can be told, what it asks of an image, and what it has started. */
export interface Bootloader {
  readonly boot: BootControl;
  readonly demands: ImageDemands;
  /** `major.minor.build`, from the running image itself. */
  readonly runningVersion: string;
}

/** A machine, as far as hosts differ in it. */
export interface Machine {
  readonly clock: Clock;
  readonly device: Device;
  readonly crypto: Crypto;
  /** @throws OtaError "flash-failed" when there is none of that name. */
  openPartition(name: string): FlashPartition;
  openBootloader(): Bootloader;
}

/** The device that this runs on, but for its network: to be spread into an OtaAgent's options. */
export interface LocalHost {
  readonly pal: Pal;
  readonly demands: ImageDemands;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly device: Device;
  readonly crypto: Crypto;
  /** Of the identity: whose files the device takes. */
  readonly certificates: Certificates;
  readonly identity: Identity;
  /** `major.minor.build`, from the running image itself. */
  readonly runningVersion: string;
  /** Opens a partition by its name. @throws OtaError "flash-failed", "argument-invalid" when there is none of that name. */
  openPartition(name: string): FlashPartition;
}

/**
 * Makes of a machine what an agent needs.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed"; "image-malformed".
 */
export function openLocalHost(machine: Machine): LocalHost {
  const { clock, device, crypto } = machine;
  const identity = readIdentity(machine.openPartition("data"));
  const { boot, demands, runningVersion } = machine.openBootloader();
  const certificates = openCertificates(identity.certificates);
  return Object.freeze({
    pal: new FlashPal({ boot, crypto, certificates, device }),
    demands,
    journal: new FlashJournal(machine.openPartition("journal")),
    clock,
    device,
    crypto,
    certificates,
    identity,
    runningVersion,
    openPartition: (name: string) => machine.openPartition(name),
  });
}
