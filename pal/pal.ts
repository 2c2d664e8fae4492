// SPDX-License-Identifier: MIT
import type { PalImageState } from "./boot.js";
import type { SignatureScheme } from "./crypto.js";

/** Image states that the agent sets. The names are the C library's `OtaImageState_t`. */
export type OtaImageState = "Unknown" | "Testing" | "Accepted" | "Rejected" | "Aborted";

/** A file to be received, as far as the platform must know it. */
export interface PalFile {
  /** From the job document's `filepath`; empty when absent. */
  readonly path: string;
  /** Bytes, 1..2^32-1. */
  readonly size: number;
  /** From the job document's `fileType`; 0 is firmware unless configured otherwise. */
  readonly fileType: number;
  /** From the job document's `certfile`; empty when absent. */
  readonly certificateName: string;
  readonly scheme: SignatureScheme;
  /** Decoded, as the scheme has it. */
  readonly signature: Uint8Array;
  /** Whether it is a delta: the new image is made from it and from the running one. False when absent. */
  readonly isDelta?: boolean;
}

/** Tells which blocks of a file are already on the flash. */
export interface ReceivedBlocks {
  /** Bytes in a block; the last may be shorter. */
  readonly blockSize: number;
  has(blockIndex: number): boolean;
  /**
   * Takes a block back, because the flash under it will be erased again. Whoever remembers over resets what was received
   * must save it after `createFile` and before the first `writeBlock`.
   */
  lose(blockIndex: number): void;
}

/**
 * The platform abstraction layer: the eight calls of the C library's OtaPalInterface_t, two for what must outlive a reset,
 * and one for deltas. pal/flash implements it over flash partitions; a host may bring its own.
 */
export interface Pal {
  /**
   * Makes ready to receive `file`, from nothing or from what `received` says is there.
   * @throws OtaError "image-too-large", "certificate-invalid", "state-invalid", "flash-failed"; "file-type-unsupported" for a
   *   delta on a device that can't read its running image.
   */
  createFile(file: PalFile, received: ReceivedBlocks): void;
  /**
   * Stores `bytes` at byte `offset`; any order, each byte once.
   * @throws OtaError "flash-failed"; of the first bytes of a delta, "delta-base-other", "image-too-large", "image-malformed".
   */
  writeBlock(offset: number, bytes: Uint8Array): void;
  /**
   * Verifies what is on the flash against the file's signature.
   * @throws OtaError "signature-invalid", "certificate-invalid", "image-malformed", "flash-failed".
   */
  closeFile(): void;
  /**
   * Makes the next piece of the new image from the running one and from the delta that `closeFile` verified. Absent where
   * there are no deltas. Begun again after a reset, it goes on where it was.
   * @returns whether there is more to do; if not, the file is the new image from now on, as if it had been received.
   * @throws OtaError "image-malformed", "flash-failed".
   */
  applyDelta?(): boolean;
  /** Gives up the file, if one is open. Harmless otherwise. */
  abort(): void;
  /**
   * Makes the received image the one that boots next, on trial; does not restart.
   * @throws OtaError "boot-failed", "flash-failed".
   */
  activate(): void;
  /** Restarts the device. */
  reset(): void;
  /**
   * Records a verdict on the running image: "Accepted" makes it permanent, "Rejected" gives it up, others may be ignored.
   * @throws OtaError "flash-failed", "state-invalid".
   */
  setPlatformImageState(state: OtaImageState): void;
  /** State of the running image. @throws OtaError "flash-failed". */
  getPlatformImageState(): PalImageState;
  /**
   * Reads the file being received, or the received one, back from the flash.
   * @returns bytes read, fewer at the end of the file.
   */
  readBlock(offset: number, into: Uint8Array): number;
  /** What identifies an image for good. @returns `undefined` when there is none. */
  identify(which: "running" | "spare"): Uint8Array | undefined;
}
