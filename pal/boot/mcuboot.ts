// SPDX-License-Identifier: MIT
import { readImageFacts } from "xs-ota/image/facts";
import type { BootControl, PalImageState } from "../boot.js";
import { OtaError } from "../error.js";
import type { FlashPartition } from "../flash.js";
import { type BootFacts, decideBoot } from "./table.js";
import {
  eraseTrailer,
  readTrailer,
  type SlotLayout,
  slotLayout,
  writeImageOk,
  writeMagic,
} from "./trailer.js";

/** How the bootloader's next decision reads as the state of the image that runs. */
const stateOf = Object.freeze({
  resume: "Unknown", // no bootloader of ours starts an image in the middle of a swap
  test: "Valid",
  permanent: "Valid",
  revert: "PendingCommit",
  none: "Valid",
} as const);

/** Boot control through MCUboot's trailers: slot-a runs, slot-b takes the next image. */
export class McubootControl implements BootControl {
  readonly spare: FlashPartition;
  readonly #running: FlashPartition;
  readonly #layout: SlotLayout;

  /** @throws OtaError "argument-invalid" when the two slots cannot be swapped. */
  constructor(slotA: FlashPartition, slotB: FlashPartition) {
    this.#running = slotA;
    this.spare = slotB;
    this.#layout = slotLayout(slotA.geometry, slotB.geometry);
  }

  get capacity(): number {
    return this.#layout.capacity;
  }

  imageState(): PalImageState {
    return this.#isOnTrial() ? "PendingCommit" : stateOf[decideBoot(this.#facts())];
  }

  /** Erases slot-b's trailer unless nothing is in it: the image's own bytes are left as they are. */
  clearSpare(): void {
    this.#refuseOnTrial("slot-b holds the fallback image");
    if (!this.#isSpareClear()) eraseTrailer(this.spare, this.#layout.b);
  }

  /** The trailer is erased first: nobody can tell one that is erased from one that was half erased. */
  setPending(): void {
    this.#refuseOnTrial("slot-b holds the fallback image");
    readImageFacts(this.spare, this.capacity);
    if (this.#facts().bMagic === "good") return;
    eraseTrailer(this.spare, this.#layout.b);
    writeMagic(this.spare, this.#layout.b);
  }

  confirm(): void {
    if (this.#isOnTrial()) writeImageOk(this.#running, this.#layout.a);
  }

  /** Nothing is to be written: the bootloader reverts what was not confirmed. */
  revert(): void {
    return;
  }

  identify(which: "running" | "spare"): Uint8Array | undefined {
    try {
      const slot = which === "running" ? this.#running : this.spare;
      return readImageFacts(slot, this.capacity).digest;
    } catch (error) {
      if (error instanceof OtaError && error.verdict === "REJECTED") return undefined;
      throw error;
    }
  }

  #facts(): BootFacts {
    const a = readTrailer(this.#running, this.#layout.a);
    const b = readTrailer(this.spare, this.#layout.b);
    return {
      aMagic: a.magic,
      aSwapInfo: a.swapType === "none" ? "unset" : "set",
      aCopyDone: a.copyDone,
      aImageOk: a.imageOk,
      bMagic: b.magic,
      bImageOk: b.imageOk,
    };
  }

  /** Whatever slot-b's trailer asks for. */
  #isOnTrial(): boolean {
    const { aMagic, aCopyDone, aImageOk } = this.#facts();
    return aMagic === "good" && aCopyDone === "set" && aImageOk === "unset";
  }

  #refuseOnTrial(why: string): void {
    if (this.#isOnTrial()) throw new OtaError("state-invalid", `image on trial: ${why}`);
  }

  #isSpareClear(): boolean {
    const { size, erasedByte } = this.spare.geometry;
    const { swapStatus } = this.#layout.b;
    const bytes = new Uint8Array(size - swapStatus);
    this.spare.read(bytes, swapStatus);
    return bytes.every(byte => byte === erasedByte);
  }
}
Object.freeze(McubootControl.prototype);
