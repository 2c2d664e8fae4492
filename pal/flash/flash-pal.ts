// SPDX-License-Identifier: MIT
import type { BootControl, PalImageState } from "../boot.js";
import type { Certificates } from "../certificates.js";
import type { Crypto } from "../crypto.js";
import type { Device } from "../device.js";
import { OtaError } from "../error.js";
import type { OtaImageState, Pal, PalFile, ReceivedBlocks } from "../pal.js";
import { BlockWriter } from "./block-writer.js";

/** Bytes read back in one go to be hashed. */
const HASH_CHUNK = 1024;

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
  readonly writer: BlockWriter;
}

/** The platform abstraction layer over flash partitions: an image is received in the spare slot, and the bootloader starts it. */
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
    boot.clearSpare();
    const writer = new BlockWriter(boot.spare, file.size, received);
    this.#open = { file, certificate, writer };
  }

  #needOpen(): Open {
    if (this.#open === undefined) throw new OtaError("state-invalid", "no file is open");
    return this.#open;
  }

  writeBlock(offset: number, bytes: Uint8Array): void {
    this.#needOpen().writer.write(bytes, offset);
  }

  closeFile(): void {
    const { crypto, boot } = this.#options;
    const { file, certificate } = this.#needOpen();
    const digest = this.#digest(file.size);
    if (!crypto.verify(file.scheme, certificate, digest, file.signature)) {
      const what = `${file.scheme} does not match the image by "${file.certificateName}"`;
      throw new OtaError("signature-invalid", what);
    }
    if (boot.identify("spare") === undefined) {
      throw new OtaError("image-malformed", "what was signed is not an image for this bootloader");
    }
  }

  /** SHA-256 of what is on the flash. */
  #digest(size: number): Uint8Array {
    const { crypto, boot } = this.#options;
    const sha256 = crypto.sha256();
    const bytes = new Uint8Array(HASH_CHUNK);
    for (let offset = 0; offset < size; offset += HASH_CHUNK) {
      const piece = bytes.subarray(0, Math.min(HASH_CHUNK, size - offset));
      boot.spare.read(piece, offset);
      sha256.update(piece);
    }
    return sha256.digest();
  }

  abort(): void {
    this.#open = undefined;
  }

  activate(): void {
    this.#options.boot.setPending(this.#needOpen().file.size);
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
    const { file } = this.#needOpen();
    const piece = into.subarray(0, Math.max(0, Math.min(into.length, file.size - offset)));
    if (piece.length > 0) this.#options.boot.spare.read(piece, offset);
    return piece.length;
  }

  identify(which: "running" | "spare"): Uint8Array | undefined {
    return this.#options.boot.identify(which);
  }
}
Object.freeze(FlashPal.prototype);
