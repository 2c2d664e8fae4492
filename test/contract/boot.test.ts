// SPDX-License-Identifier: MIT
import type { BootControl } from "xs-ota/pal/boot";
import {
  boot,
  controlOf,
  factoryFlash,
  type RigGeometry,
  rigGeometries,
  writeImage,
} from "../support/boot-rig.js";
import { imagesFor, rigFor } from "../support/boot-stories.js";
import { type BootPort, describeBoot } from "./boot.js";

/** MCUboot's trailers on simulated flash, with the bootloader's own C for a reset. */
function openDevice(geometry: RigGeometry): BootPort {
  const images = imagesFor(geometry);
  const rig = rigFor(geometry, images);
  const flash = factoryFlash(geometry, images.old);
  return {
    get boot(): BootControl {
      return controlOf(flash);
    },
    fillSpare: () => {
      writeImage(flash.b, images.new);
      const digest = new Uint8Array(Buffer.from(images.new.digest, "hex"));
      return { digest, size: images.new.bytes.length };
    },
    reset: () => void boot(flash, rig),
    close: () => undefined,
  };
}

for (const geometry of rigGeometries) {
  describeBoot(`MCUboot's trailers on ${geometry.name}`, () => openDevice(geometry));
}
