// SPDX-License-Identifier: MIT
import type { BootControl, PalImageState } from "../boot.js";
import { OtaError } from "../error.js";
import type { FlashPartition } from "../flash.js";
import type { Journal } from "../journal.js";
import { Subpartition } from "./subpartition.js";

/*
 * Which half of a data partition holds the file, in a journal of its own; little-endian.
 *
 *   size  field
 *      1  half      0 or 1, the one that is valid
 *      4  size      bytes of the valid file; 0 when there is none
 *      4  pending   bytes of the file in the other half that is on trial; 0 when there is none
 */
const LENGTH = 9;

interface State {
  readonly half: 0 | 1;
  readonly size: number;
  readonly pending: number;
}

const fresh: State = Object.freeze({ half: 0, size: 0, pending: 0 });

/**
 * Boot control for a file that is not firmware: two halves of a partition take the place of two slots, and no reset is
 * needed. While an update is on trial the application reads the new file, which replaces the old one when the update is
 * accepted.
 */
export class DataControl implements BootControl {
  readonly capacity: number;
  /** Deltas are for firmware. */
  readonly running = undefined;
  readonly #halves: readonly [FlashPartition, FlashPartition];
  readonly #journal: Journal;
  #state: State;

  /**
   * @param journal of this file alone
   * @throws OtaError "argument-invalid" for a partition of fewer than two blocks.
   */
  constructor(partition: FlashPartition, journal: Journal) {
    const { size, blockSize } = partition.geometry;
    const half = Math.floor(size / blockSize / 2) * blockSize;
    if (half === 0) throw new OtaError("argument-invalid", "a data partition needs two blocks");
    this.capacity = half;
    this.#halves = [new Subpartition(partition, 0, half), new Subpartition(partition, half, half)];
    this.#journal = journal;
    this.#state = readState(journal);
  }

  get spare(): FlashPartition {
    return this.#halves[this.#state.half === 0 ? 1 : 0];
  }

  /** The file as it holds now: the one on trial, if there is one. @returns `undefined` when there is none. */
  get file(): { readonly partition: FlashPartition; readonly size: number } | undefined {
    const { half, size, pending } = this.#state;
    if (pending > 0) return { partition: this.spare, size: pending };
    return size > 0 ? { partition: this.#halves[half], size } : undefined;
  }

  imageState(): PalImageState {
    return this.#state.pending > 0 ? "PendingCommit" : "Valid";
  }

  clearSpare(): void {
    if (this.#state.pending > 0) throw new OtaError("state-invalid", "a data file is on trial");
  }

  setPending(fileSize: number): void {
    this.#save({ ...this.#state, pending: fileSize });
  }

  confirm(): void {
    const { half, pending } = this.#state;
    if (pending > 0) this.#save({ half: half === 0 ? 1 : 0, size: pending, pending: 0 });
  }

  revert(): void {
    if (this.#state.pending > 0) this.#save({ ...this.#state, pending: 0 });
  }

  /** A data file carries no digest: what tells the two apart is the half that each is in. */
  identify(which: "running" | "spare"): Uint8Array {
    const { half } = this.#state;
    return Uint8Array.of(which === "running" ? half : 1 - half);
  }

  #save(state: State): void {
    const bytes = new Uint8Array(LENGTH);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, state.half);
    view.setUint32(1, state.size, true);
    view.setUint32(5, state.pending, true);
    this.#journal.save(bytes);
    this.#state = state;
  }
}
Object.freeze(DataControl.prototype);

function readState(journal: Journal): State {
  const record = journal.load();
  if (record?.length !== LENGTH) return fresh;
  const view = new DataView(record.buffer, record.byteOffset, LENGTH);
  const half = view.getUint8(0) === 0 ? 0 : 1;
  return { half, size: view.getUint32(1, true), pending: view.getUint32(5, true) };
}
