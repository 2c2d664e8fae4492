// SPDX-License-Identifier: MIT
import { readImageFacts } from "xs-ota/image/facts";
import { formatVersion, packVersion } from "xs-ota/job/version";
import { readSecurityCounter } from "xs-ota/pal/boot/counter";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import type { FlashPartition } from "xs-ota/pal/flash";
import type { Bootloader } from "./host.js";

/**
 * Our bootloader, or MCUboot: two slots that are swapped, and what it asks of an image.
 * @param deviceClass 16 bytes, those that the bootloader compares TLV 0x75 with
 * @throws OtaError "flash-failed"; "image-malformed" when slot-a holds no image.
 */
export function openMcuboot(
  openPartition: (name: "slot-a" | "slot-b" | "counter") => FlashPartition,
  deviceClass: Uint8Array,
): Bootloader {
  const slotA = openPartition("slot-a");
  const boot = new McubootControl(slotA, openPartition("slot-b"));
  const securityCounter = readSecurityCounter(openPartition("counter"));
  const { major, minor, revision } = readImageFacts(slotA, boot.capacity).header.version;
  return Object.freeze({
    boot,
    demands: Object.freeze({ securityCounter, deviceClass }),
    runningVersion: formatVersion(packVersion(major, minor, revision)),
  });
}
