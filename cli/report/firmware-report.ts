// SPDX-License-Identifier: MIT
import { ESP_MAGIC } from "xs-ota/image/esp";
import { reportEspImage } from "./esp-report.js";
import { reportImage, type ImageReportOptions } from "./image-report.js";
import type { Report } from "./report.js";

/** The first bytes of an MCUboot image. Source: MCUboot image.h, IMAGE_MAGIC, little-endian. */
const MCUBOOT_MAGIC = Buffer.from([0x3d, 0xb8, 0xf3, 0x96]);

/** Whether a file begins as firmware does, MCUboot's or ESP-IDF's. */
export function isFirmware(bytes: Uint8Array): boolean {
  return bytes[0] === ESP_MAGIC || MCUBOOT_MAGIC.equals(bytes.subarray(0, MCUBOOT_MAGIC.length));
}

/** What firmware says of itself, and whether it is true. An ESP-IDF image has its signature in the job document. */
export function reportFirmware(options: ImageReportOptions): Report {
  const { kind, bytes } = options;
  return bytes[0] === ESP_MAGIC ? reportEspImage(kind, bytes) : reportImage(options);
}
