// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { Journal } from "xs-ota/pal/journal";
import { formatProgress, parseProgress, type Progress, recordLength } from "./progress.js";

/** Where the update is, in the journal, which nobody else reads or writes. */
export class UpdateRecord {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** What it holds; `undefined` when there is no update. */
  get progress(): Progress | undefined {
    const record = this.#journal.load();
    return record === undefined ? undefined : parseProgress(record);
  }

  /**
   * Holds a file against the journal, before anything is made for it.
   * @throws OtaError "image-too-large" for one of more blocks than it can keep count of.
   */
  admit(jobId: string, fileSize: number, bitmapLength: number): void {
    this.#needRoom(recordLength(jobId, bitmapLength), fileSize);
  }

  /** @throws OtaError "flash-failed"; as `admit`, with what the record has besides. */
  save(progress: Progress): void {
    const record = formatProgress(progress);
    this.#needRoom(record.length, progress.size);
    this.#journal.save(record);
  }

  #needRoom(length: number, fileSize: number): void {
    if (length <= this.#journal.capacity) return;
    const what = `${fileSize} bytes are more blocks than the journal can keep count of`;
    throw new OtaError("image-too-large", what);
  }

  /** Changes a part of what it holds, if it holds something. @throws as `save`. */
  change(part: Partial<Progress>): void {
    const { progress } = this;
    if (progress !== undefined) this.save({ ...progress, ...part });
  }

  /** The update is over. @throws OtaError "flash-failed". */
  forget(): void {
    this.#journal.save(new Uint8Array(0));
  }
}
Object.freeze(UpdateRecord.prototype);
