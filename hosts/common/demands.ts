// SPDX-License-Identifier: MIT
import { encodeUtf8 } from "xs-ota/job/utf8";
import { readSecurityCounter } from "xs-ota/pal/boot/counter";
import type { ImageDemands } from "xs-ota/pal/boot";
import type { Crypto } from "xs-ota/pal/crypto";
import type { FlashPartition } from "xs-ota/pal/flash";

/** Bytes of a device class. Source: docs/flash-format.md, TLV 0x75. */
const CLASS_SIZE = 16;

/**
 * What the bootloader of a host asks of an image.
 * @param counter the partition `counter`
 * @param target the host's name, as images for it have it
 * @throws OtaError "flash-failed".
 */
export function readDemands(counter: FlashPartition, target: string, crypto: Crypto): ImageDemands {
  const sha256 = crypto.sha256();
  sha256.update(encodeUtf8(target));
  return Object.freeze({
    securityCounter: readSecurityCounter(counter),
    deviceClass: sha256.digest().subarray(0, CLASS_SIZE),
  });
}
