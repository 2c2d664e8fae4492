// SPDX-License-Identifier: MIT
import type { ImageDemands } from "xs-ota/pal/boot";
import { OtaError } from "xs-ota/pal/error";
import type { Pal } from "xs-ota/pal/pal";
import type { BlockBitmap } from "../download/bitmap.js";
import { readImageFacts } from "../image/facts.js";
import { IMAGE_INFO_SIZE, readImageInfo } from "../image/info.js";
import { type AppVersion, checkVersion } from "../job/version.js";
import { isSameBytes } from "./progress.js";

export interface AdmissionOptions {
  /** Where the image is received. */
  readonly pal: Pal;
  /** Bytes. */
  readonly fileSize: number;
  /** The image must be newer than this; any will do when absent. */
  readonly oldest: AppVersion | undefined;
  readonly demands: ImageDemands | undefined;
}

/**
 * Refuses an image that this device would not start, as soon as the blocks are there that tell: the first one for the
 * header, then those behind the body for the TLVs. Nothing is verified here: the signature is, when all is there.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** Byte offset of the TLVs, while they are still to be checked. */
  #tlvs: number | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Reads the header that is on the flash already. @throws as `checkHeader`. */
  readHeader(): void {
    const { pal, fileSize } = this.#options;
    const bytes = new Uint8Array(Math.min(fileSize, IMAGE_INFO_SIZE));
    pal.readBlock(0, bytes);
    this.checkHeader(bytes);
  }

  /** @throws OtaError "version-same", "version-older", "security-counter-older", "image-malformed", "image-too-large". */
  checkHeader(firstBlock: Uint8Array): void {
    const { fileSize, oldest, demands } = this.#options;
    const { version, securityCounter, tlvOffset } = readImageInfo(firstBlock, fileSize);
    if (oldest !== undefined) checkVersion(version, oldest);
    if (demands === undefined) return;
    if (securityCounter !== undefined) checkCounter(securityCounter, demands);
    this.#tlvs = tlvOffset;
  }

  /** Index of the first block that is wanted before the others, or `undefined`. */
  wantedFirst(bitmap: BlockBitmap): number | undefined {
    if (this.#tlvs === undefined) return undefined;
    return bitmap.firstWanted(Math.floor(this.#tlvs / bitmap.blockSize));
  }

  /** Checks the TLVs once they are all there. @throws OtaError "security-counter-older", "device-class-other", "image-malformed". */
  checkTrailer(bitmap: BlockBitmap): void {
    const { pal, fileSize, demands } = this.#options;
    if (
      demands === undefined ||
      this.#tlvs === undefined ||
      this.wantedFirst(bitmap) !== undefined
    ) {
      return;
    }
    this.#tlvs = undefined;
    const source = { read: (into: Uint8Array, offset: number) => void pal.readBlock(offset, into) };
    const { securityCounter, deviceClass } = readImageFacts(source, fileSize);
    checkCounter(securityCounter, demands);
    if (deviceClass === undefined || demands.deviceClass === undefined) return;
    if (!isSameBytes(deviceClass, demands.deviceClass)) {
      throw new OtaError("device-class-other", "the image is for another class of device");
    }
  }
}
Object.freeze(Admission.prototype);

function checkCounter(securityCounter: number, demands: ImageDemands): void {
  if (securityCounter >= demands.securityCounter) return;
  const what = `security counter ${securityCounter}, the device asks for ${demands.securityCounter}`;
  throw new OtaError("security-counter-older", what);
}
