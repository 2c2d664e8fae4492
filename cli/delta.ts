// SPDX-License-Identifier: MIT
import { ESP_MAGIC } from "xs-ota/image/esp";
import { OtaError } from "xs-ota/pal/error";
import { makeDelta } from "xs-ota/toolchain/delta/delta";
import { ImageError } from "xs-ota/toolchain/image";
import { CliError } from "./failure.js";
import { readInput } from "./files.js";
import type { SignedImage } from "./firmware.js";
import { parsePrivateKey, signDetached } from "./signing.js";

/** A delta that makes one image of another, signed for the job document. @throws CliError "input" naming the image at fault. */
export function makeSignedDelta(base: Uint8Array, next: Uint8Array, keyPath: string): SignedImage {
  const pem = readInput(keyPath, "the key", "`xs-ota keys` makes one.");
  const key = parsePrivateKey(pem, keyPath);
  if (base[0] === ESP_MAGIC || next[0] === ESP_MAGIC) {
    const remedy = "An ESP32 takes whole images: deploy the new one as it is.";
    throw new CliError(
      "input",
      "deltas are of MCUboot's images, and this one is ESP-IDF's",
      remedy,
    );
  }
  try {
    const bytes = makeDelta(base, next);
    return { bytes, ...signDetached(bytes, key) };
  } catch (error) {
    if (!(error instanceof OtaError || error instanceof ImageError)) throw error;
    const remedy = "Give two images that `xs-ota build` wrote, the old one first.";
    throw new CliError("input", error.message, remedy, { cause: error });
  }
}
