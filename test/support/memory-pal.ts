// SPDX-License-Identifier: MIT
import type { PalImageState } from "xs-ota/pal/boot";
import { OtaError } from "xs-ota/pal/error";
import type { Journal } from "xs-ota/pal/journal";
import type { OtaImageState, Pal, PalFile, ReceivedBlocks } from "xs-ota/pal/pal";

/** A journal in memory. */
export class MemoryJournal implements Journal {
  readonly capacity = 4096;
  /** Thrown by the next `save`. */
  failure: OtaError | undefined;
  #record = new Uint8Array(0);

  load(): Uint8Array | undefined {
    return this.#record.length === 0 ? undefined : this.#record.slice();
  }

  save(record: Uint8Array): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    this.#record = record.slice();
  }
}

/** A platform in memory, which does what a test tells it, and writes down what it is asked. */
export class MemoryPal implements Pal {
  imageState: PalImageState = "Valid";
  /** What identifies the running image, and the one in the spare slot. */
  readonly ids = { running: new Uint8Array(32).fill(1), spare: new Uint8Array(32).fill(2) };
  /** Thrown by the next call of that name. */
  readonly failures = new Map<keyof Pal, OtaError>();
  readonly calls: string[] = [];
  file: PalFile | undefined;
  bytes = new Uint8Array(0);

  #call(name: keyof Pal, detail = ""): void {
    this.calls.push(detail === "" ? name : `${name} ${detail}`);
    this.#fail(name);
  }

  #fail(name: keyof Pal): void {
    const failure = this.failures.get(name);
    this.failures.delete(name);
    if (failure !== undefined) throw failure;
  }

  createFile(file: PalFile, received: ReceivedBlocks): void {
    this.#call("createFile", String(file.size));
    const count = Math.ceil(file.size / received.blockSize);
    const isResumed = Array.from({ length: count }).some((_, block) => received.has(block));
    if (!isResumed) this.bytes = new Uint8Array(file.size);
    this.file = file;
  }

  writeBlock(offset: number, bytes: Uint8Array): void {
    this.#call("writeBlock", String(offset));
    this.bytes.set(bytes, offset);
  }

  closeFile(): void {
    this.#call("closeFile");
  }

  abort(): void {
    this.#call("abort");
  }

  activate(): void {
    this.#call("activate");
  }

  reset(): void {
    this.#call("reset");
  }

  setPlatformImageState(state: OtaImageState): void {
    this.#call("setPlatformImageState", state);
    if (state === "Accepted") this.imageState = "Valid";
  }

  getPlatformImageState(): PalImageState {
    this.#fail("getPlatformImageState");
    return this.imageState;
  }

  readBlock(offset: number, into: Uint8Array): number {
    this.#fail("readBlock");
    const piece = this.bytes.subarray(offset, offset + into.length);
    into.set(piece);
    return piece.length;
  }

  identify(which: "running" | "spare"): Uint8Array | undefined {
    this.#fail("identify");
    return this.ids[which];
  }
}
