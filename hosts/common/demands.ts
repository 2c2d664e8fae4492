// SPDX-License-Identifier: MIT
import { readSecurityCounter } from "xs-ota/pal/boot/counter";
import type { ImageDemands } from "xs-ota/pal/boot";
import type { FlashPartition } from "xs-ota/pal/flash";

/**
 * What the bootloader of a host asks of an image.
 * @param counter the partition `counter`
 * @param deviceClass 16 bytes, those that the bootloader compares TLV 0x75 with
 * @throws OtaError "flash-failed".
 */
export function readDemands(counter: FlashPartition, deviceClass: Uint8Array): ImageDemands {
  return Object.freeze({ securityCounter: readSecurityCounter(counter), deviceClass });
}
