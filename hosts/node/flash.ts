// SPDX-License-Identifier: MIT
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { flashSize, type FlashMap, type FlashMapPartition } from "xs-ota/common/flash-map";
import { OtaError } from "xs-ota/pal/error";
import type { FlashGeometry, FlashPartition } from "xs-ota/pal/flash";

/**
 * The whole flash as one file, with the rules of NOR flash: a byte is written once between erases.
 * What a call has changed is on the disk when it returns.
 */
export class FileFlash {
  readonly #map: FlashMap;
  readonly #file: number;

  /** Opens `path`; makes a new flash, erased, when there is no such file. @throws OtaError "flash-failed". */
  constructor(path: string, map: FlashMap) {
    this.#map = map;
    this.#file = attempt(() => openOrMake(path, map));
  }

  /** @throws OtaError "argument-invalid" when the map has none of that name. */
  partition(name: string): FlashPartition {
    const found = this.#map.partitions.find(partition => partition.name === name);
    if (found === undefined) throw new OtaError("argument-invalid", `no partition "${name}"`);
    return new FilePartition(this.#file, this.#map, found);
  }

  /** Closes the file; its partitions fail from now on. */
  close(): void {
    closeSync(this.#file);
  }
}

class FilePartition implements FlashPartition {
  readonly geometry: FlashGeometry;
  readonly #file: number;
  readonly #offset: number;

  constructor(file: number, map: FlashMap, { offset, size }: FlashMapPartition) {
    const { blockSize, writeSize, erasedByte } = map;
    this.geometry = Object.freeze({ size, blockSize, writeSize, erasedByte });
    this.#file = file;
    this.#offset = offset;
  }

  read(into: Uint8Array, offset: number): void {
    this.#inRange("read", offset, into.length);
    attempt(() => {
      if (readSync(this.#file, into, 0, into.length, this.#offset + offset) === into.length) return;
      throw new Error("the flash file is too short");
    });
  }

  write(bytes: Uint8Array, offset: number): void {
    const { writeSize, erasedByte } = this.geometry;
    this.#inRange("write", offset, bytes.length);
    if (offset % writeSize !== 0 || bytes.length % writeSize !== 0) {
      fail(`write of ${bytes.length} at ${offset}: not aligned to ${writeSize}`);
    }
    const before = new Uint8Array(bytes.length);
    this.read(before, offset);
    if (before.some(byte => byte !== erasedByte)) {
      fail(`write of ${bytes.length} at ${offset}: not erased`);
    }
    this.#store(bytes, offset);
  }

  erase(first: number, count: number): void {
    const { blockSize, erasedByte } = this.geometry;
    const offset = Number.isInteger(first) ? first * blockSize : NaN;
    this.#inRange("erase", offset, count * blockSize);
    this.#store(new Uint8Array(count * blockSize).fill(erasedByte), offset);
  }

  #store(bytes: Uint8Array, offset: number): void {
    attempt(() => {
      let done = 0;
      while (done < bytes.length) {
        const left = bytes.length - done;
        done += writeSync(this.#file, bytes, done, left, this.#offset + offset + done);
      }
      fsyncSync(this.#file);
    });
  }

  #inRange(what: string, offset: number, length: number): void {
    const { size } = this.geometry;
    const whole = Number.isInteger(offset) && Number.isInteger(length);
    if (whole && offset >= 0 && length >= 0 && offset + length <= size) return;
    fail(`${what} of ${length} at ${offset}: outside the partition of ${size}`);
  }
}

function openOrMake(path: string, map: FlashMap): number {
  try {
    return openSync(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const file = openSync(path, "wx+");
  writeSync(file, new Uint8Array(flashSize(map)).fill(map.erasedByte));
  fsyncSync(file);
  return file;
}

function fail(message: string): never {
  throw new OtaError("flash-failed", message);
}

/** Runs `act`; what the file system throws becomes "flash-failed", with the errno. */
function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { message, errno = 0 } = error as NodeJS.ErrnoException;
    throw new OtaError("flash-failed", message, errno);
  }
}
