// SPDX-License-Identifier: MIT
import type { FlashPartition } from "../flash.js";
import type { Pal } from "../pal.js";
import { DataControl } from "./data-control.js";
import { FlashPal, type FlashPalOptions } from "./flash-pal.js";
import { FlashJournal } from "./journal.js";
import { Subpartition } from "./subpartition.js";

/** Blocks at the start of the partition for the journal of which half holds. */
const JOURNAL_BLOCKS = 2;

/** A file that is not firmware, and its platform. */
export interface DataFile {
  /** For `filePals` of the agent, by the file's `fileType`. */
  readonly pal: Pal;
  /** The file as it holds now: of an update on trial, the new one. `undefined` when there is none. */
  readonly file: { readonly partition: FlashPartition; readonly size: number } | undefined;
}

/**
 * What a partition of `openDataFile` says of its file.
 * @throws OtaError "argument-invalid" for a partition of fewer than four blocks; "flash-failed".
 */
export function openDataControl(partition: FlashPartition): DataControl {
  const { size, blockSize } = partition.geometry;
  const journalSize = JOURNAL_BLOCKS * blockSize;
  return new DataControl(
    new Subpartition(partition, journalSize, Math.max(0, size - journalSize)),
    new FlashJournal(new Subpartition(partition, 0, Math.min(size, journalSize))),
  );
}

/**
 * Keeps a file in a partition of its own: the journal, then two halves, of which one holds while the other is received.
 * Source: docs/flash-format.md, "File that is not firmware".
 * @throws OtaError "argument-invalid" for a partition of fewer than four blocks; "flash-failed".
 */
export function openDataFile(
  partition: FlashPartition,
  options: Omit<FlashPalOptions, "boot">,
): DataFile {
  const control = openDataControl(partition);
  const pal = new FlashPal({ ...options, boot: control });
  return Object.freeze({
    pal,
    get file(): DataFile["file"] {
      return control.file;
    },
  });
}
