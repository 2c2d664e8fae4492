// SPDX-License-Identifier: MIT
import storage, { type Flash } from "embedded:storage/flash";
import { OtaError } from "xs-ota/pal/error";
import type { FlashGeometry, FlashPartition } from "xs-ota/pal/flash";

/** Runs `act`; what the module throws becomes "flash-failed". */
function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new OtaError("flash-failed", error instanceof Error ? error.message : String(error));
  }
}

class StoragePartition implements FlashPartition {
  readonly geometry: FlashGeometry;
  readonly #flash: Flash;

  constructor(flash: Flash) {
    const status = flash.status();
    this.#flash = flash;
    this.geometry = Object.freeze({
      size: status.size,
      blockSize: status.blockLength,
      writeSize: status.writeAlign,
      erasedByte: status.eraseValue,
    });
  }

  read(into: Uint8Array, offset: number): void {
    attempt(() => this.#flash.read(into, offset));
  }

  write(bytes: Uint8Array, offset: number): void {
    attempt(() => this.#flash.write(bytes, offset));
  }

  erase(first: number, count: number): void {
    attempt(() => this.#flash.eraseBlock(first, first + count));
  }
}
Object.freeze(StoragePartition.prototype);

/**
 * Opens a partition of the flash map by name.
 * @throws OtaError "flash-failed" when there is none of that name.
 */
export function openPartition(name: string): FlashPartition {
  return new StoragePartition(attempt(() => storage.open({ path: name, mode: "r+" })));
}
