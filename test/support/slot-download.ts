// SPDX-License-Identifier: MIT
import { BlockBitmap } from "xs-ota/download/bitmap";
import { BlockWriter } from "xs-ota/pal/flash/block-writer";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { randomFrom, type SimFlash } from "./sim-flash.js";

/** Where a file goes, and where its bitmap does. */
export type SlotFlash = Readonly<{ slot: SimFlash; journal: SimFlash }>;

/** How a file is received. */
export interface Plan {
  readonly file: Uint8Array;
  /** Bytes in a block of the file. */
  readonly blockSize: number;
  /** The bitmap is saved after as many blocks. */
  readonly saveEvery: number;
  /** Decides the order of the blocks. */
  readonly seed: number;
  /** Leaves out what Pal.createFile asks of its caller: to save what was taken back. For a control. */
  readonly forgetsWhatWasTakenBack?: boolean;
}

/** A file of `size` bytes: pseudo-random, save that some blocks, and halves of blocks, are of the erased value. */
export function makeFile(size: number, blockSize: number, erasedByte: number): Uint8Array {
  const random = randomFrom(size ^ blockSize);
  const file = Uint8Array.from({ length: size }, () => random() & 0xff);
  for (let block = 0; block * blockSize < size; block++) {
    const from = block * blockSize;
    if (block % 4 === 1) file.fill(erasedByte, from, from + blockSize);
    if (block % 4 === 2) file.fill(erasedByte, from, from + blockSize / 2);
    if (block % 4 === 3) file.fill(erasedByte, from + blockSize / 2, from + blockSize);
  }
  return file;
}

/** 0..count-1 in an order that follows from `seed`. */
function shuffled(count: number, seed: number): readonly number[] {
  const random = randomFrom(seed);
  const keyed = Array.from({ length: count }, (_, block) => [random(), block] as const);
  return keyed.sort(([a], [b]) => a - b).map(([, block]) => block);
}

/**
 * Receives what is missing of a file as the agent does: from what the journal says, in the plan's order,
 * saving as it goes.
 * @returns how many blocks were taken back because their erase block was torn.
 */
export function receiveRest(flash: SlotFlash, plan: Plan): number {
  const { file, blockSize, saveEvery } = plan;
  const journal = new FlashJournal(flash.journal);
  const bitmap = new BlockBitmap(file.length, blockSize, journal.load());
  const { remaining } = bitmap;
  if (journal.load() === undefined) journal.save(bitmap.bits);
  const writer = new BlockWriter(flash.slot, file.length, bitmap);
  const takenBack = bitmap.remaining - remaining;
  if (takenBack > 0 && plan.forgetsWhatWasTakenBack !== true) journal.save(bitmap.bits);
  const missing = shuffled(bitmap.blockCount, plan.seed).filter(block => !bitmap.has(block));
  for (const [index, block] of missing.entries()) {
    const offset = block * blockSize;
    writer.write(file.subarray(offset, offset + bitmap.lengthOf(block)), offset);
    bitmap.receive(block);
    if (index % saveEvery === saveEvery - 1) journal.save(bitmap.bits);
  }
  if (missing.length % saveEvery !== 0) journal.save(bitmap.bits);
  return takenBack;
}
