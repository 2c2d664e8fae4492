// SPDX-License-Identifier: MIT
import { DELTA_HEADER_SIZE, type DeltaHeader, parseDeltaHeader } from "xs-ota/delta/header";
import { type DeltaWindow, readWindow, WindowDecoder } from "xs-ota/delta/vcdiff";
import type { BootControl, ReadableFlash } from "../boot.js";
import { formatHex, isSameBytes } from "../bytes.js";
import { OtaError } from "../error.js";
import { BlockWriter } from "./block-writer.js";
import type { DeltaImageOptions, ImageInMaking } from "./delta.js";
import { digestOf } from "./digest.js";

/** Largest window in bytes: it is made in memory. */
const MAX_WINDOW = 32_768;

/** How far the image is: "comparing" finds out what an attempt before a reset has left, "writing" goes on from there. */
type Phase = "comparing" | "writing" | "done";

/**
 * An image that is made from the running one and a delta, window by window. What is made depends on these two alone, and
 * neither is changed: after a reset in the middle it is made again, and what is on the flash already is not written again.
 */
export class DeltaImage implements ImageInMaking {
  readonly header: DeltaHeader;
  readonly #options: DeltaImageOptions;
  readonly #decoder: WindowDecoder;
  #phase: Phase = "comparing";
  /** Of the next window in the delta, and of what it makes in the image. */
  #offset = DELTA_HEADER_SIZE;
  #made = 0;
  /** Where in the image the last window began. */
  #last = 0;
  /** First byte of the image that is to be written, at the start of an erase block. */
  #from = 0;
  #writer: BlockWriter | undefined;
  #buffer = new Uint8Array(0);

  /** @throws OtaError "image-malformed", "delta-base-other", "image-too-large", "flash-failed". */
  constructor(options: DeltaImageOptions) {
    const { boot, delta } = options;
    const start = new Uint8Array(Math.min(options.size, DELTA_HEADER_SIZE));
    delta.read(start, 0);
    this.header = checkDelta(start, boot, options.room);
    this.#options = options;
    this.#decoder = new WindowDecoder(baseOf(boot));
  }

  get isDone(): boolean {
    return this.#phase === "done";
  }

  /** Makes one window. */
  step(): boolean {
    if (this.#phase === "done") return false;
    if (this.#offset === this.#options.size) this.#finish();
    else if (this.#phase === "comparing") this.#compare();
    else this.#write();
    return !this.isDone;
  }

  /** Makes the bytes of the next window, if they are needed. */
  #next(needed: (window: DeltaWindow) => boolean): Uint8Array {
    const { delta, size } = this.#options;
    const window = readWindow(delta, this.#offset, size, this.header.baseSize);
    this.#check(window);
    const isNeeded = needed(window);
    const bytes = this.#take(isNeeded ? window.targetSize : 0);
    if (isNeeded) this.#decoder.decode(window, bytes);
    this.#offset = window.end;
    this.#last = this.#made;
    this.#made += window.targetSize;
    return bytes;
  }

  #check({ targetSize }: DeltaWindow): void {
    const end = this.#made + targetSize;
    const { writeSize } = this.#options.boot.spare.geometry;
    const isAligned = end % writeSize === 0 || end === this.header.targetSize;
    if (targetSize > 0 && end <= this.header.targetSize && isAligned) return;
    const what = `delta: a window from ${this.#made} to ${end} of ${this.header.targetSize} bytes`;
    throw new OtaError("image-malformed", what);
  }

  #take(length: number): Uint8Array {
    if (length > MAX_WINDOW) {
      const what = `delta: a window of ${length} bytes, more than ${MAX_WINDOW}`;
      throw new OtaError("image-malformed", what);
    }
    if (this.#buffer.length < length) this.#buffer = new Uint8Array(length);
    return this.#buffer.subarray(0, length);
  }

  #compare(): void {
    const bytes = this.#next(() => true);
    const found = new Uint8Array(bytes.length);
    this.#options.boot.spare.read(found, this.#last);
    if (!isSameBytes(bytes, found)) this.#writeFrom(this.#last);
  }

  /**
   * Goes back to the erase block before the first difference: what was cut while it was written may read as whole.
   * @param difference byte offset of the first window that is not there
   */
  #writeFrom(difference: number): void {
    const { spare } = this.#options.boot;
    const { blockSize } = spare.geometry;
    this.#from = Math.max(0, Math.floor(difference / blockSize) - 1) * blockSize;
    const before = this.#from / blockSize;
    this.#writer = new BlockWriter(spare, this.header.targetSize, {
      blockSize,
      has: blockIndex => blockIndex < before,
      lose: () => undefined,
    });
    this.#phase = "writing";
    this.#offset = DELTA_HEADER_SIZE;
    this.#made = 0;
  }

  #write(): void {
    const bytes = this.#next(({ targetSize }) => this.#made + targetSize > this.#from);
    if (bytes.length === 0) return;
    const skip = Math.max(0, this.#from - this.#last);
    this.#writer?.write(bytes.subarray(skip), this.#last + skip);
  }

  /** All windows are made. An image that was there whole has its last erase block written again. */
  #finish(): void {
    const { targetSize, target } = this.header;
    if (this.#made !== targetSize) {
      const what = `delta: it makes ${this.#made} bytes of ${targetSize}`;
      throw new OtaError("image-malformed", what);
    }
    if (this.#phase === "comparing") {
      this.#writeFrom(targetSize);
      return;
    }
    const digest = digestOf(this.#options.crypto, this.#options.boot.spare, targetSize);
    if (!isSameBytes(digest, target)) {
      const what = `delta: it makes an image with SHA-256 ${formatHex(digest)}, not ${formatHex(target)}`;
      throw new OtaError("image-malformed", what);
    }
    this.#phase = "done";
  }
}
Object.freeze(DeltaImage.prototype);

/** The running image as bytes. @throws OtaError "file-type-unsupported" on a device that can't read it. */
function baseOf({ running }: BootControl): ReadableFlash {
  if (running !== undefined) return running;
  throw new OtaError("file-type-unsupported", "this device cannot read its running image");
}

/** As `check` of Deltas. */
export function checkDelta(start: Uint8Array, boot: BootControl, room: number): DeltaHeader {
  const header = parseDeltaHeader(start);
  const running = boot.identify("running") ?? new Uint8Array(0);
  if (!isSameBytes(header.base, running)) {
    const what = `the delta is for image ${formatHex(header.base)}, and ${formatHex(running)} runs`;
    throw new OtaError("delta-base-other", what);
  }
  if (header.targetSize > room) {
    const what = `an image of ${header.targetSize} bytes, and ${room} are left beside its delta`;
    throw new OtaError("image-too-large", what);
  }
  return header;
}
