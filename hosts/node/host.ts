// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FlashMap } from "xs-ota/common/flash-map";
import { openLocalHost, type Bootloader, type LocalHost } from "xs-ota/common/host";
import { openMcuboot } from "xs-ota/common/mcuboot";
import { DEVICE_CLASS_SIZE } from "xs-ota/image/mcuboot";
import type { FlashPartition } from "xs-ota/pal/flash";
import { openClock } from "./clock.js";
import { crypto } from "./crypto.js";
import { type NodeDeviceOptions, openDevice } from "./device.js";
import { FileFlash } from "./flash.js";
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
export interface NodeHost extends LocalHost {
  readonly mqtt: NodeMqttClient;
  readonly http: NodeHttpClient;
  /**
   * Switches the device off: its timers stop, it disconnects, and the flash is closed. An agent that was made of this host
   * does nothing from now on.
   */
  close(): Promise<void>;
}

/**
 * Opens the device whose flash is a file, and connects it. Slots are swapped by a bootloader, which is not
 * part of this process: whoever restarts it runs that first.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed"; "image-malformed" when slot-a
 *   holds no image.
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
  const openPartition = (name: string): FlashPartition => flash.partition(name);
  const clock = openClock();
  const device = openDevice(options.device);
  const openBootloader = (): Bootloader => openMcuboot(openPartition, DEVICE_CLASS);
  const local = openLocalHost({ clock, device, crypto, openPartition, openBootloader });
  const { endpoint, thingName } = local.identity;
  const link = { ...endpoint, clientId: thingName, random: () => device.random() };
  const mqtt = new NodeMqttClient({ ...link, ...options.mqtt });
  const http = new NodeHttpClient(options.http);
  return Object.freeze({
    ...local,
    mqtt,
    http,
    async close(): Promise<void> {
      clock.stop();
      http.close();
      await mqtt.close();
      flash.close();
    },
  });
}

/** The project's own, which the toolchain has checked: its shape is taken on trust. */
function linuxFlashMap(): FlashMap {
  const file = new URL("../../../../hosts/linux/flash.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as FlashMap;
}
