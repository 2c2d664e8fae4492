// SPDX-License-Identifier: MIT
import { readImageFacts } from "xs-ota/image/facts";
import type { BootControl, PalImageState } from "../boot.js";
import { OtaError } from "../error.js";
import type { FlashPartition } from "../flash.js";
import { isErased } from "../flash/erased.js";
import { bootFacts, decideBoot } from "./table.js";
import {
  eraseTrailer,
  readTrailer,
  type SlotLayout,
  slotLayout,
  writeImageOk,
  writeMagic,
} from "./trailer.js";

/** Where an update is: over, waiting for its confirmation, or in the middle of the bootloader's work. */
type Phase = "settled" | "trial" | "swapping";

const stateOf = Object.freeze({
  settled: "Valid",
  trial: "PendingCommit",
  swapping: "Unknown",
} as const);

/** Boot control through MCUboot's trailers: slot-a runs, slot-b takes the next image. */
export class McubootControl implements BootControl {
  readonly spare: FlashPartition;
  readonly running: FlashPartition;
  readonly #layout: SlotLayout;

  /** @throws OtaError "argument-invalid" when the two slots cannot be swapped. */
  constructor(slotA: FlashPartition, slotB: FlashPartition) {
    this.running = slotA;
    this.spare = slotB;
    this.#layout = slotLayout(slotA.geometry, slotB.geometry);
  }

  get capacity(): number {
    return this.#layout.capacity;
  }

  /** "Unknown" when a failing flash kept the bootloader from finishing a swap: the next reset goes on with it. */
  imageState(): PalImageState {
    return stateOf[this.#phase()];
  }

  /** Erases slot-b's trailer unless nothing is in it: the image's own bytes are left as they are. */
  clearSpare(): void {
    this.#needSettled();
    if (!this.#isSpareClear()) eraseTrailer(this.spare, this.#layout.b);
  }

  /** The trailer is erased first: nobody can tell one that is erased from one that was half erased. */
  setPending(): void {
    this.#needSettled();
    readImageFacts(this.spare, this.capacity);
    if (readTrailer(this.spare, this.#layout.b).magic === "good") return;
    eraseTrailer(this.spare, this.#layout.b);
    writeMagic(this.spare, this.#layout.b);
  }

  confirm(): void {
    if (this.#phase() === "trial") writeImageOk(this.running, this.#layout.a);
  }

  /** Nothing is to be written: the bootloader reverts what was not confirmed. */
  revert(): void {
    return;
  }

  identify(which: "running" | "spare"): Uint8Array | undefined {
    try {
      const slot = which === "running" ? this.running : this.spare;
      return readImageFacts(slot, this.capacity).digest;
    } catch (error) {
      if (error instanceof OtaError && error.verdict === "REJECTED") return undefined;
      throw error;
    }
  }

  #phase(): Phase {
    const a = readTrailer(this.running, this.#layout.a);
    const b = readTrailer(this.spare, this.#layout.b);
    const isRequestedByBootloader = b.magic === "good" && b.swapType !== "none";
    if (decideBoot(bootFacts(a, b)) === "resume" || isRequestedByBootloader) return "swapping";
    const isOnTrial = a.magic === "good" && a.copyDone === "set" && a.imageOk === "unset";
    return isOnTrial ? "trial" : "settled";
  }

  /** Otherwise slot-b holds the fallback image, or half of it. */
  #needSettled(): void {
    const phase = this.#phase();
    if (phase === "settled") return;
    throw new OtaError("state-invalid", `slot-b is needed for the fallback image: ${phase}`);
  }

  #isSpareClear(): boolean {
    const { swapStatus } = this.#layout.b;
    return isErased(this.spare, swapStatus, this.spare.geometry.size - swapStatus);
  }
}
Object.freeze(McubootControl.prototype);
