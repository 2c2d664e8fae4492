// SPDX-License-Identifier: MIT
import type { ImageDemands } from "xs-ota/pal/boot";
import { isSameBytes } from "xs-ota/pal/bytes";
import { OtaError } from "xs-ota/pal/error";
import type { Pal } from "xs-ota/pal/pal";
import { DELTA_HEADER_SIZE, type DeltaHeader, parseDeltaHeader } from "../delta/header.js";
import type { BlockBitmap } from "../download/bitmap.js";
import { readImageFacts } from "../image/facts.js";
import { IMAGE_INFO_SIZE, readImageInfo } from "../image/info.js";
import { type AppVersion, checkVersion } from "../job/version.js";

/** What an image is held against. */
export interface AdmissionOptions {
  /** Where the image is received. */
  readonly pal: Pal;
  /** Bytes. */
  readonly fileSize: number;
  /** Whether the file is a delta, which says at its start what the image will be. */
  readonly isDelta: boolean;
  /** The image must be newer than this; any will do when absent. */
  readonly oldest: AppVersion | undefined;
  readonly demands: ImageDemands | undefined;
}

/**
 * Refuses an image that this device would not start, as soon as the blocks that tell are there: the first one for the
 * header, then those behind the body for the TLVs. The signature is another matter: it is verified when all is there.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** Byte offset of the TLVs, while they are still to be checked. */
  #tlvs: number | undefined;
  /** Bytes of the image that a delta makes, when it has said so. */
  #madeSize: number | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Reads the header that is on the flash already. @throws as `checkHeader`. */
  readHeader(): void {
    const { pal, fileSize, isDelta } = this.#options;
    const needed = isDelta ? DELTA_HEADER_SIZE : IMAGE_INFO_SIZE;
    const bytes = new Uint8Array(Math.min(fileSize, needed));
    pal.readBlock(0, bytes);
    this.checkHeader(bytes);
  }

  /**
   * Judges an image by its first bytes.
   * @throws OtaError "version-same", "version-older", "security-counter-older", "device-class-other", "image-malformed",
   *   "image-too-large".
   */
  checkHeader(firstBlock: Uint8Array): void {
    const { fileSize, oldest, demands, isDelta } = this.#options;
    if (isDelta) {
      this.#checkDelta(parseDeltaHeader(firstBlock));
      return;
    }
    const { version, securityCounter, tlvOffset } = readImageInfo(firstBlock, fileSize);
    if (oldest !== undefined) checkVersion(version, oldest);
    if (demands === undefined) return;
    if (securityCounter !== undefined) checkCounter(securityCounter, demands);
    this.#tlvs = tlvOffset;
  }

  #checkDelta({ version, securityCounter, deviceClass, targetSize }: DeltaHeader): void {
    const { oldest, demands } = this.#options;
    this.#madeSize = targetSize;
    if (oldest !== undefined) checkVersion(version, oldest);
    if (demands === undefined) return;
    checkCounter(securityCounter, demands);
    checkClass(deviceClass, demands);
  }

  /** Judges the image that a delta has made, whatever the delta said. @throws as `checkHeader`. */
  checkMade(): void {
    if (this.#madeSize === undefined) return;
    const image = new Admission({
      ...this.#options,
      isDelta: false,
      fileSize: this.#madeSize,
    });
    image.readHeader();
    image.#checkTlvs();
  }

  /** Index of the first block that is wanted before the others, or `undefined`. */
  wantedFirst(bitmap: BlockBitmap): number | undefined {
    if (this.#tlvs === undefined) return undefined;
    return bitmap.firstWanted(Math.floor(this.#tlvs / bitmap.blockSize));
  }

  /**
   * Checks the TLVs once they are all there.
   * @throws OtaError "security-counter-older", "device-class-other", "image-malformed".
   */
  checkTrailer(bitmap: BlockBitmap): void {
    if (this.wantedFirst(bitmap) === undefined) this.#checkTlvs();
  }

  #checkTlvs(): void {
    const { pal, fileSize, demands } = this.#options;
    if (demands === undefined || this.#tlvs === undefined) return;
    this.#tlvs = undefined;
    const source = { read: (into: Uint8Array, offset: number) => void pal.readBlock(offset, into) };
    const { securityCounter, deviceClass } = readImageFacts(source, fileSize);
    checkCounter(securityCounter, demands);
    checkClass(deviceClass, demands);
  }
}
Object.freeze(Admission.prototype);

function checkCounter(securityCounter: number, demands: ImageDemands): void {
  if (securityCounter >= demands.securityCounter) return;
  const what = `security counter ${securityCounter}, the device asks for ${demands.securityCounter}`;
  throw new OtaError("security-counter-older", what);
}

function checkClass(deviceClass: Uint8Array | undefined, demands: ImageDemands): void {
  if (deviceClass === undefined || demands.deviceClass === undefined) return;
  if (isSameBytes(deviceClass, demands.deviceClass)) return;
  throw new OtaError("device-class-other", "the image is for another class of device");
}
