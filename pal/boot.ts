// SPDX-License-Identifier: MIT
import type { FlashPartition } from "./flash.js";

/** Where an image can be read, and not written. */
export type ReadableFlash = Pick<FlashPartition, "read">;

/**
 * State of the image that runs. The names are the C library's `OtaPalImageState_t`:
 * "PendingCommit" is a trial that reverts at the next reset unless it is committed.
 */
export type PalImageState = "Unknown" | "PendingCommit" | "Valid" | "Invalid";

/** What the bootloader will ask of an image before it starts it. */
export interface ImageDemands {
  /** Least security counter of an image, 0..2^32-1. */
  readonly securityCounter: number;
  /** Class of this device, 16 bytes: an image for another one is refused. `undefined` when any image will do. */
  readonly deviceClass: Uint8Array | undefined;
}

/**
 * The bootloader's flags, and the slot that the next image is written to.
 * Flags only: no image bytes pass through here, and only the bootloader moves images.
 *
 * Every host promises, and test/contract/boot.ts checks: each call is atomic under power loss, and
 * repeating it is harmless.
 */
export interface BootControl {
  /** Where a new image is written. Holds the fallback image while the running one is on trial. */
  readonly spare: FlashPartition;
  /** The image that runs, from its first byte, which a delta is applied to; `undefined` where it cannot be read. */
  readonly running: ReadableFlash | undefined;
  /** Largest file in bytes that `spare` can take, room for boot flags and for the swap left out. */
  readonly capacity: number;

  /** State of the image that runs. @throws OtaError "flash-failed". */
  imageState(): PalImageState;

  /**
   * Makes sure that `spare` cannot boot, and that its flags can be written afterwards.
   * @throws OtaError "state-invalid" while the running image is on trial: `spare` is its fallback.
   */
  clearSpare(): void;

  /**
   * Makes the bootloader start the image in `spare` at the next reset, on trial.
   * @param fileSize bytes of the file in `spare`
   * @throws OtaError "flash-failed"; "image-malformed" when `spare` holds no image; "state-invalid"
   *   while the running image is on trial.
   */
  setPending(fileSize: number): void;

  /** Makes the running image permanent. @throws OtaError "flash-failed". */
  confirm(): void;

  /** Gives up the image on trial: at once where the bootloader can, else at the next reset. @throws OtaError "flash-failed". */
  revert(): void;

  /**
   * What identifies an image for good: the digest that its header or trailer carries.
   * @returns `undefined` when there is no image.
   */
  identify(which: "running" | "spare"): Uint8Array | undefined;
}
