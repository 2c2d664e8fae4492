// SPDX-License-Identifier: MIT
import { OtaError } from "../error.js";
import type { FlashGeometry, FlashPartition } from "../flash.js";

/*
 * The trailer at the end of a slot, in MCUboot's order; each field but the first and the last fills `align` bytes.
 * Source: docs/flash-format.md, "Slot and trailer"; MCUboot docs/design.md, "Image trailer".
 *
 *   swap status | swap size | swap info | copy done | image ok | magic
 */
const MAGIC_SIZE = 16;
const FLAG_SET = 0x01;
const MAGIC_OF_8 = Object.freeze([
  0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80,
]);
/** After the alignment as u16. */
const MAGIC_OF_MORE = Object.freeze([
  0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a,
]);

/** Where the fields of one slot's trailer are: offsets in bytes from the start of the slot. */
export interface TrailerLayout {
  /** Of the blocks that hold the trailer. */
  readonly start: number;
  readonly swapStatus: number;
  readonly swapSize: number;
  readonly swapInfo: number;
  readonly copyDone: number;
  readonly imageOk: number;
  readonly magic: number;
  /** Bytes of a flag. */
  readonly align: number;
}

/** The layout of both slots; it depends on both geometries. */
export interface SlotLayout {
  /** Largest image in bytes that both slots can take, with room for trailers and for the swap. */
  readonly capacity: number;
  /** The block that a swap moves, in bytes: the larger of the slots' blocks. */
  readonly swapBlockSize: number;
  readonly a: TrailerLayout;
  readonly b: TrailerLayout;
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

function trailerLayout(slot: FlashGeometry, block: number, unit: number): TrailerLayout {
  const align = Math.max(8, unit);
  const magic = slot.size - roundUp(MAGIC_SIZE, align);
  const imageOk = magic - align;
  const copyDone = imageOk - align;
  const swapInfo = copyDone - align;
  const swapSize = swapInfo - align;
  const swapStatus = swapSize - 3 * Math.floor(slot.size / block) * unit;
  const start = slot.size - roundUp(slot.size - swapStatus, block);
  return Object.freeze({
    start,
    swapStatus,
    swapSize,
    swapInfo,
    copyDone,
    imageOk,
    magic,
    align,
  });
}

/**
 * Lays out two slots that are to be swapped.
 * @throws OtaError "argument-invalid" when one's blocks are no multiple of the other's, or nothing fits.
 */
export function slotLayout(a: FlashGeometry, b: FlashGeometry): SlotLayout {
  const block = Math.max(a.blockSize, b.blockSize);
  const unit = Math.max(a.writeSize, b.writeSize);
  const uneven = [a.size, b.size].some(size => size % block !== 0);
  if (uneven || block % a.blockSize !== 0 || block % b.blockSize !== 0) {
    throw new OtaError("argument-invalid", `the slots are not made of whole blocks of ${block}`);
  }
  const layouts = { a: trailerLayout(a, block, unit), b: trailerLayout(b, block, unit) };
  const capacity = Math.min(layouts.a.start - block, layouts.b.start);
  if (capacity <= 0)
    throw new OtaError("argument-invalid", "the slots are too small to be swapped");
  return Object.freeze({ capacity, swapBlockSize: block, ...layouts });
}

/** The fields of a trailer that decide. */
export interface TrailerFlags {
  readonly magic: "good" | "bad";
  /** The swap that slot-a's trailer is about; "none" when unset or unknown. */
  readonly swapType: "none" | "test" | "permanent" | "revert";
  readonly copyDone: "set" | "unset";
  readonly imageOk: "set" | "unset";
}

/** Swap types, by their number on the flash. */
const swapTypes = Object.freeze(["none", "none", "test", "permanent", "revert"] as const);

function readBytes(slot: FlashPartition, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  slot.read(bytes, offset);
  return bytes;
}

/** A flag counts as set once its write was begun. Source: docs/adr/0004. */
function readFlag(slot: FlashPartition, offset: number, align: number): "set" | "unset" {
  const { erasedByte } = slot.geometry;
  return readBytes(slot, offset, align).every(byte => byte === erasedByte) ? "unset" : "set";
}

function magicFor(align: number): readonly number[] {
  return align === 8 ? MAGIC_OF_8 : [align, 0, ...MAGIC_OF_MORE];
}

function isMagicGood(slot: FlashPartition, align: number): boolean {
  const found = readBytes(slot, slot.geometry.size - MAGIC_SIZE, MAGIC_SIZE);
  return magicFor(align).every((byte, at) => found[at] === byte);
}

/** Reads what decides. @throws OtaError "flash-failed". */
export function readTrailer(slot: FlashPartition, layout: TrailerLayout): TrailerFlags {
  const info = readBytes(slot, layout.swapInfo, 1)[0] ?? 0;
  const known = info === slot.geometry.erasedByte ? undefined : swapTypes[info];
  return {
    magic: isMagicGood(slot, layout.align) ? "good" : "bad",
    swapType: known ?? "none",
    copyDone: readFlag(slot, layout.copyDone, layout.align),
    imageOk: readFlag(slot, layout.imageOk, layout.align),
  };
}

/** Erases the blocks of the trailer. @throws OtaError "flash-failed". */
export function eraseTrailer(slot: FlashPartition, layout: TrailerLayout): void {
  const { blockSize, size } = slot.geometry;
  slot.erase(layout.start / blockSize, (size - layout.start) / blockSize);
}

/** Sets the flag image ok; its field must be erased. @throws OtaError "flash-failed". */
export function writeImageOk(slot: FlashPartition, layout: TrailerLayout): void {
  const bytes = new Uint8Array(layout.align).fill(slot.geometry.erasedByte);
  bytes[0] = FLAG_SET;
  slot.write(bytes, layout.imageOk);
}

/** Writes the magic; its field must be erased. @throws OtaError "flash-failed". */
export function writeMagic(slot: FlashPartition, layout: TrailerLayout): void {
  const bytes = new Uint8Array(slot.geometry.size - layout.magic).fill(slot.geometry.erasedByte);
  bytes.set(magicFor(layout.align), bytes.length - MAGIC_SIZE);
  slot.write(bytes, layout.magic);
}
