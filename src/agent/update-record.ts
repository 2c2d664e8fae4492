// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { Journal } from "xs-ota/pal/journal";
import { formatProgress, parseProgress, type Progress } from "./progress.js";

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

  /** @throws OtaError "flash-failed"; "image-too-large" for a file of more blocks than the journal can keep count of. */
  save(progress: Progress): void {
    const record = formatProgress(progress);
    if (record.length > this.#journal.capacity) {
      const what = `${progress.size} bytes are more blocks than the journal can keep count of`;
      throw new OtaError("image-too-large", what);
    }
    this.#journal.save(record);
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
