// SPDX-License-Identifier: MIT
import { deltas } from "xs-ota/pal/flash/deltas";
import type { BootControl, PalImageState } from "../boot.js";
import type { Certificates } from "../certificates.js";
import type { Crypto } from "../crypto.js";
import type { Device } from "../device.js";
import { OtaError } from "../error.js";
import type { OtaImageState, Pal, PalFile, ReceivedBlocks } from "../pal.js";
import type { FlashPartition } from "../flash.js";
import { BlockWriter } from "./block-writer.js";
import type { Deltas, ImageInMaking } from "./delta.js";
import { digestOf } from "./digest.js";
import { Subpartition } from "./subpartition.js";

/** What a FlashPal is made of. */
export interface FlashPalOptions {
  readonly boot: BootControl;
  readonly crypto: Crypto;
  readonly certificates: Certificates;
  readonly device: Device;
}

/** The file under way. */
interface Open {
  readonly file: PalFile;
  readonly certificate: Uint8Array;
  readonly place: Place;
  readonly writer: BlockWriter;
  /** Of a delta that is verified. */
  readonly delta?: ImageInMaking;
}

/** Where a file is received. */
interface Place {
  readonly flash: FlashPartition;
  /** Bytes of the slot before it. */
  readonly offset: number;
  /** Of a delta: what applies it. */
  readonly deltas?: Deltas;
}

/** A delta is at the end of the slot, the image that it makes at the start. */
function placeOf(
  { isDelta = false, size }: PalFile,
  { spare, capacity, running }: BootControl,
): Place {
  if (!isDelta) return { flash: spare, offset: 0 };
  if (deltas === undefined) {
    throw new OtaError("file-type-unsupported", "deltas are not in this build");
  }
  if (running === undefined) {
    throw new OtaError("file-type-unsupported", "this device cannot read its running image");
  }
  const { blockSize } = spare.geometry;
  const length = Math.ceil(size / blockSize) * blockSize;
  const offset = Math.floor(capacity / blockSize) * blockSize - length;
  if (offset > 0) return { flash: new Subpartition(spare, offset, length), offset, deltas };
  throw new OtaError("image-too-large", `a delta of ${size} bytes leaves no room for its image`);
}

/**
 * The platform abstraction layer over flash partitions: an image is received in the spare slot, and the bootloader
 * starts it.
 */
export class FlashPal implements Pal {
  readonly #options: FlashPalOptions;
  #open: Open | undefined;

  constructor(options: FlashPalOptions) {
    this.#options = options;
  }

  createFile(file: PalFile, received: ReceivedBlocks): void {
    const { boot, certificates } = this.#options;
    this.#open = undefined;
    if (file.size > boot.capacity) {
      const what = `${file.size} bytes, and the slot has room for ${boot.capacity}`;
      throw new OtaError("image-too-large", what);
    }
    const certificate = certificates.find(file.certificateName);
    if (certificate === undefined) {
      throw new OtaError("certificate-invalid", `there is no "${file.certificateName}"`);
    }
    const place = placeOf(file, boot);
    boot.clearSpare();
    const writer = new BlockWriter(place.flash, file.size, received);
    this.#open = { file, certificate, place, writer };
  }

  #needOpen(): Open {
    if (this.#open === undefined) throw new OtaError("state-invalid", "no file is open");
    return this.#open;
  }

  writeBlock(offset: number, bytes: Uint8Array): void {
    const { place, writer } = this.#needOpen();
    if (offset === 0) place.deltas?.check(bytes, this.#options.boot, place.offset);
    writer.write(bytes, offset);
  }

  closeFile(): void {
    const { crypto, boot } = this.#options;
    const open = this.#needOpen();
    const { file, certificate, place } = open;
    const digest = digestOf(crypto, place.flash, file.size);
    if (!crypto.verify(file.scheme, certificate, digest, file.signature)) {
      const what = `${file.scheme} does not match the image by "${file.certificateName}"`;
      throw new OtaError("signature-invalid", what);
    }
    if (place.deltas !== undefined) {
      const { flash, offset: room } = place;
      const delta = place.deltas.open({ boot, crypto, delta: flash, size: file.size, room });
      this.#open = { ...open, delta };
    } else if (boot.identify("spare") === undefined) throw noImage("what was signed");
  }

  applyDelta(): boolean {
    const { delta } = this.#needOpen();
    if (delta === undefined) throw new OtaError("state-invalid", "no delta is verified");
    if (delta.step()) return true;
    if (this.#options.boot.identify("spare") === undefined) throw noImage("what the delta makes");
    return false;
  }

  abort(): void {
    this.#open = undefined;
  }

  activate(): void {
    const { file, delta } = this.#needOpen();
    if (file.isDelta === true && delta?.isDone !== true) {
      throw new OtaError("state-invalid", "the delta is not applied");
    }
    this.#options.boot.setPending(delta?.header.targetSize ?? file.size);
  }

  reset(): void {
    this.#options.device.restart();
  }

  /** "Accepted" commits, "Rejected" reverts; the others need no flag. */
  setPlatformImageState(state: OtaImageState): void {
    const { boot } = this.#options;
    if (state === "Accepted") boot.confirm();
    if (state === "Rejected") boot.revert();
  }

  getPlatformImageState(): PalImageState {
    return this.#options.boot.imageState();
  }

  readBlock(offset: number, into: Uint8Array): number {
    const { file, place, delta } = this.#needOpen();
    const isMade = delta?.isDone === true;
    const size = isMade ? delta.header.targetSize : file.size;
    const flash = isMade ? this.#options.boot.spare : place.flash;
    const piece = into.subarray(0, Math.max(0, Math.min(into.length, size - offset)));
    if (piece.length > 0) flash.read(piece, offset);
    return piece.length;
  }

  identify(which: "running" | "spare"): Uint8Array | undefined {
    return this.#options.boot.identify(which);
  }
}
Object.freeze(FlashPal.prototype);

function noImage(what: string): OtaError {
  return new OtaError("image-malformed", `${what} is not an image for this bootloader`);
}
