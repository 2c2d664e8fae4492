// SPDX-License-Identifier: MIT
import type { DeltaHeader } from "xs-ota/delta/header";
import type { BootControl } from "../boot.js";
import type { Crypto } from "../crypto.js";
import type { FlashPartition } from "../flash.js";

/** Where a delta is, and what it is to be applied to. */
export interface DeltaImageOptions {
  readonly boot: BootControl;
  readonly crypto: Crypto;
  /** The end of `boot.spare`, where the delta is. */
  readonly delta: FlashPartition;
  /** Bytes of the delta. */
  readonly size: number;
  /** Bytes of `boot.spare` before it: room for the image. */
  readonly room: number;
}

/** An image that is being made from a delta. */
export interface ImageInMaking {
  readonly header: DeltaHeader;
  /** Whether the whole image is on the flash, and is what the delta says. */
  readonly isDone: boolean;
  /** Makes a piece. @returns whether there is more to do. @throws OtaError "image-malformed", "flash-failed". */
  step(): boolean;
}

/** What FlashPal asks of deltas. */
export interface Deltas {
  /**
   * Whether a delta can be applied here, by its first bytes.
   * @param room bytes before the delta in the slot
   * @throws OtaError "image-malformed"; "delta-base-other" when it is for another running image; "image-too-large".
   */
  check(start: Uint8Array, boot: BootControl, room: number): void;
  /** @throws OtaError as `check`, and "flash-failed". */
  open(options: DeltaImageOptions): ImageInMaking;
}
