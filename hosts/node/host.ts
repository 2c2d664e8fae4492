// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import { openCertificates } from "xs-ota/common/certificates";
import { readDemands } from "xs-ota/common/demands";
import { type Identity, readIdentity } from "xs-ota/common/identity";
import { readImageFacts } from "xs-ota/image/facts";
import { DEVICE_CLASS_SIZE } from "xs-ota/image/mcuboot";
import { formatImageVersion } from "xs-ota/image/version";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import type { BootControl, ImageDemands } from "xs-ota/pal/boot";
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";
import { OtaError } from "xs-ota/pal/error";
import type { FlashPartition } from "xs-ota/pal/flash";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { clock } from "./clock.js";
import { crypto } from "./crypto.js";
import { type NodeDeviceOptions, openDevice } from "./device.js";
import { FileFlash, type FlashMap, readFlashMap } from "./flash.js";
import { NodeHttpClient, type NodeHttpOptions } from "./http.js";
import { NodeMqttClient, type NodeMqttOptions } from "./mqtt.js";

/** Images for the Linux device run here too: the first half of the SHA-256 of its name. */
const DEVICE_CLASS = createHash("sha256").update("linux").digest().subarray(0, DEVICE_CLASS_SIZE);

export interface NodeHostOptions {
  /** The file that is the device's flash; a new one is not provisioned, and so refused. */
  readonly flashFile: string;
  /** The Linux device's when absent, so that both read the same file. */
  readonly flashMap?: FlashMap;
  readonly device?: NodeDeviceOptions;
  readonly http?: NodeHttpOptions;
  /** What the identity on the flash does not say: TLS, limits, a log. */
  readonly mqtt?: Partial<NodeMqttOptions>;
}

/** A device on Node: what an OtaAgent needs of it, to be spread into its options, and who it is. */
export interface NodeHost {
  readonly pal: Pal;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly device: Device;
  readonly mqtt: NodeMqttClient;
  readonly http: NodeHttpClient;
  readonly demands: ImageDemands;
  readonly identity: Identity;
  /** From the header of the image in slot-a; `undefined` when there is none. */
  readonly runningVersion: string | undefined;
  /** Disconnects, and closes the flash. */
  close(): Promise<void>;
}

/**
 * Opens the device whose flash is a file, and connects it. Slots are swapped by a bootloader, which is not
 * part of this process: whoever restarts it runs that first.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed".
 */
export function openHost(options: NodeHostOptions): NodeHost {
  const flash = new FileFlash(options.flashFile, options.flashMap ?? linuxFlashMap());
  try {
    return openOn(flash, options);
  } catch (error) {
    flash.close();
    throw error;
  }
}

function openOn(flash: FileFlash, options: NodeHostOptions): NodeHost {
  const identity = readIdentity(flash.partition("data"));
  const slotA = flash.partition("slot-a");
  const boot = new McubootControl(slotA, flash.partition("slot-b"));
  const device = openDevice(options.device);
  const certificates = openCertificates(identity.certificates);
  const journal = new FlashJournal(flash.partition("journal"));
  const { endpoint, thingName } = identity;
  const link = { ...endpoint, clientId: thingName, random: () => device.random() };
  const mqtt = new NodeMqttClient({ ...link, ...options.mqtt });
  const http = new NodeHttpClient(options.http);
  return Object.freeze({
    pal: new FlashPal({ boot, crypto, certificates, device }),
    journal,
    clock,
    device,
    mqtt,
    http,
    demands: readDemands(flash.partition("counter"), DEVICE_CLASS),
    identity,
    runningVersion: readVersion(slotA, boot),
    async close(): Promise<void> {
      http.close();
      await mqtt.close();
      flash.close();
    },
  });
}

function readVersion(slot: FlashPartition, { capacity }: BootControl): string | undefined {
  try {
    return formatImageVersion(readImageFacts(slot, capacity).header.version);
  } catch (error) {
    if (error instanceof OtaError && error.code === "image-malformed") return undefined;
    throw error;
  }
}

function linuxFlashMap(): FlashMap {
  return readFlashMap(new URL("../../../../hosts/linux/flash.json", import.meta.url));
}
