// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { type BootFlash, bootOnce, type BootReport } from "./bootloader.js";
import { cloneTogether } from "./power-loss.js";
import { SimFlash } from "./sim-flash.js";
import { SimPower } from "./sim-power.js";
import { type RigImage, trusted } from "./signed-images.js";

/** The two slots' geometries, and how a run on them copies. */
export interface RigGeometry {
  readonly name: string;
  readonly a: FlashGeometry;
  readonly b: FlashGeometry;
  /** Of the bootloader; a write covers half of it. */
  readonly bufferSize: number;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What a device is given at the factory: `running` in slot-a, and nothing else. */
export function factoryFlash(geometry: RigGeometry, running: Pick<RigImage, "bytes">): BootFlash {
  const power = new SimPower();
  const counter = { size: 2 * 1024, blockSize: 1024, writeSize: 4, erasedByte: 0xff };
  const flash = {
    a: new SimFlash(geometry.a, power),
    b: new SimFlash(geometry.b, power),
    counter: new SimFlash(counter, power),
  };
  writeImage(flash.a, running);
  return cloneTogether(flash).flash;
}

/** Erases and writes as a receiving agent does, block by block. */
export function writeImage(slot: SimFlash, { bytes }: Pick<RigImage, "bytes">): void {
  const { blockSize, writeSize, erasedByte } = slot.geometry;
  for (let offset = 0; offset < bytes.length; offset += blockSize) {
    const piece = bytes.subarray(offset, offset + blockSize);
    const padded = new Uint8Array(Math.ceil(piece.length / writeSize) * writeSize).fill(erasedByte);
    padded.set(piece);
    slot.erase(offset / blockSize, 1);
    slot.write(padded, offset);
  }
}

/** Boot control as the application that runs on this flash has it. */
export const controlOf = ({ a, b }: BootFlash): McubootControl => new McubootControl(a, b);

/** Receives an image and asks for a trial. */
export function requestUpdate(flash: BootFlash, image: RigImage): void {
  const control = controlOf(flash);
  control.clearSpare();
  writeImage(flash.b, image);
  control.setPending();
}

const bitsOf = (byte: number): number => byte.toString(2).replaceAll("0", "").length;

/** The stored security counter, read without the code under test: the records of which four bits or more are not erased. */
export function storedCounter({ counter }: Pick<BootFlash, "counter">): number {
  const { writeSize, erasedByte } = counter.geometry;
  const bytes = counter.contents();
  let count = 0;
  for (let at = 0; at < bytes.length; at += writeSize) {
    const record = bytes.subarray(at, at + writeSize);
    if (record.every(byte => byte === erasedByte)) continue;
    if (record.reduce((bits, byte) => bits + bitsOf(byte ^ erasedByte), 0) >= 4) count++;
  }
  return count;
}

/** What a boot may start. */
export interface Rig {
  readonly geometry: RigGeometry;
  readonly valid: readonly RigImage[];
  /** A bootloader that was made wrong on purpose. */
  readonly mutant?: string;
}

/** One reset, nothing asserted. @param failsAt the flash access that fails; none by default. */
export function reset(flash: BootFlash, { geometry, mutant }: Rig, failsAt?: number): BootReport {
  const { bufferSize } = geometry;
  return bootOnce(flash, { trustedKeys: [trusted.publicPem], bufferSize, mutant, failsAt });
}

/**
 * One reset. Whatever happened before it, a valid image starts: whole, signed by the trusted key, of a
 * counter that is not lower than the stored one.
 */
export function boot(flash: BootFlash, rig: Rig): BootReport & { image: RigImage } {
  const report = reset(flash, rig);
  assert.notEqual(report.outcome, "not-bootable", `refused: ${report.refused}`);
  return { ...report, image: assertValidStart(flash, rig, report) };
}

/** @returns the image that started. */
export function assertValidStart(
  flash: Pick<BootFlash, "a" | "counter">,
  { valid }: Pick<Rig, "valid">,
  report: BootReport,
): RigImage {
  const image = valid.find(({ digest }) => digest === hex(report.digest));
  assert.ok(image !== undefined, "started an image that is not one of the valid ones");
  const found = new Uint8Array(image.bytes.length);
  flash.a.read(found, 0);
  assert.ok(Buffer.from(found).equals(image.bytes), "what started is not whole");
  assert.ok(image.securityCounter >= storedCounter(flash), "an older security counter started");
  return image;
}

const nor = (
  blocks: number,
  blockSize: number,
  writeSize: number,
  erasedByte = 0xff,
): FlashGeometry => Object.freeze({ size: blocks * blockSize, blockSize, writeSize, erasedByte });

function sameSlots(name: string, slot: FlashGeometry, bufferSize: number): RigGeometry {
  return Object.freeze({ name, a: slot, b: slot, bufferSize });
}

/** Geometries that power-loss tests run on; slots hold images of two swap blocks. */
export const rigGeometries: readonly RigGeometry[] = Object.freeze([
  sameSlots("4 KiB/4", nor(4, 4096, 4), 8192),
  sameSlots("4 KiB/1", nor(4, 4096, 1), 8192),
  sameSlots("4 KiB/16", nor(4, 4096, 16), 2048),
  sameSlots("4 KiB/4 erased 0x00", nor(4, 4096, 4, 0x00), 8192),
  sameSlots("128 KiB/32", nor(4, 131072, 32), 65536),
  Object.freeze({
    name: "a 1 KiB/4, b 4 KiB/16",
    a: nor(16, 1024, 4),
    b: nor(5, 4096, 16),
    bufferSize: 8192,
  }),
  Object.freeze({
    name: "a 4 KiB/8, b 1 KiB/1 erased 0x00",
    a: nor(5, 4096, 8),
    b: nor(12, 1024, 1, 0x00),
    bufferSize: 4096,
  }),
]);

/** Bytes that a swap moves at once on this geometry. */
export const swapBlockSize = ({ a, b }: RigGeometry): number => Math.max(a.blockSize, b.blockSize);
