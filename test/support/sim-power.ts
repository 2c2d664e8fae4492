// SPDX-License-Identifier: MIT
import type { FlashPartition } from "xs-ota/pal/flash";

/** Power failed here. Not an OtaError, so no code under test can handle it by mistake. */
export class PowerLoss extends Error {}

/**
 * How much of the interrupted operation reached the flash. "garbled" leaves any bytes at all; "tail", which is for erases, the last
 * 16 bytes as they were: a magic that outlives what it stands for.
 */
export type Tear = "none" | "half" | "tail" | "all" | "garbled";

export const tears: readonly Tear[] = Object.freeze(["none", "half", "tail", "all", "garbled"]);

/** What happens to the operation under way when power fails. */
export interface Failure {
  readonly tear: Tear;
  /** Decides what "garbled" leaves. */
  readonly seed: number;
}

/** A write, or the erase of one block, that is about to happen. */
export interface Operation {
  readonly kind: "write" | "erase";
  readonly partition: FlashPartition;
  /** Does the same to another partition. */
  repeatOn(copy: FlashPartition): void;
}

/**
 * The power supply that several partitions share. It counts operations: a write is one, and so is
 * the erase of each block.
 */
export class SimPower {
  #operations = 0;
  #failsAt = Infinity;
  #failure: Failure = { tear: "none", seed: 0 };
  /** For harnesses: called before each operation, while power is on. */
  listener: ((operation: Operation) => void) | undefined;

  /** Operations since the start, the failed one among them. */
  get operations(): number {
    return this.#operations;
  }

  /** False once power has failed: from then on every access to the flash throws PowerLoss. */
  get on(): boolean {
    return this.#operations < this.#failsAt;
  }

  /** Power will fail in the `operation`-th write or erase from now; 1 is the next. */
  failAt(operation: number, tear: Tear, seed = operation): void {
    this.#failsAt = this.#operations + operation;
    this.#failure = { tear, seed };
  }

  /** Power is back, as after a reset, and stays. */
  restore(): void {
    this.#failsAt = Infinity;
  }

  /**
   * Takes note of an operation, before it is done.
   * @returns how it fails, or `undefined` when it goes through.
   * @throws PowerLoss when power failed earlier.
   */
  spend(operation: Operation): Failure | undefined {
    this.need();
    this.listener?.(operation);
    this.#operations++;
    return this.on ? undefined : this.#failure;
  }

  /** @throws PowerLoss when power failed earlier. */
  need(): void {
    if (!this.on) throw new PowerLoss("power is off");
  }
}
