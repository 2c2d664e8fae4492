// SPDX-License-Identifier: MIT
import storage, { type Flash } from "embedded:storage/flash";
import { OtaError } from "xs-ota/pal/error";
import type { FlashGeometry, FlashPartition } from "xs-ota/pal/flash";

/** What the SDK's module leaves out of its status. Source: ESP-IDF v6.0 esp_partition.h; NOR flash. */
const WRITE_SIZE = 4;
const ERASED = 0xff;

/** Bytes looked at in one go to find out whether a range is erased. */
const LOOK = 256;

class EspPartition implements FlashPartition {
  readonly geometry: FlashGeometry;
  readonly #flash: Flash;
  readonly #look = new Uint8Array(LOOK);

  constructor(flash: Flash) {
    const { size, blockLength } = flash.status();
    this.#flash = flash;
    this.geometry = Object.freeze({
      size,
      blockSize: blockLength,
      writeSize: WRITE_SIZE,
      erasedByte: ERASED,
    });
  }

  read(into: Uint8Array, offset: number): void {
    attempt(() => this.#flash.read(into, offset));
  }

  /** ESP-IDF programs what is not erased, which leaves the AND of old and new: so it is asked for first. */
  write(bytes: Uint8Array, offset: number): void {
    need(offset % WRITE_SIZE === 0 && bytes.length % WRITE_SIZE === 0, "unaligned write", offset);
    need(this.#isErased(offset, bytes.length), "write to what is not erased", offset);
    attempt(() => this.#flash.write(bytes, offset));
  }

  erase(first: number, count: number): void {
    attempt(() => this.#flash.eraseBlock(first, first + count));
  }

  #isErased(offset: number, length: number): boolean {
    for (let done = 0; done < length; done += LOOK) {
      const piece = this.#look.subarray(0, Math.min(LOOK, length - done));
      this.read(piece, offset + done);
      if (piece.some(byte => byte !== ERASED)) return false;
    }
    return true;
  }
}
Object.freeze(EspPartition.prototype);

/** Runs `act`; what the module throws becomes "flash-failed", with `what` before it. */
function attempt<T>(act: () => T, what = ""): T {
  try {
    return act();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new OtaError("flash-failed", `${what}${message}`);
  }
}

function need(holds: boolean, what: string, offset: number): void {
  if (!holds) throw new OtaError("flash-failed", `${what} at ${offset}`);
}

/**
 * Opens a partition.
 * @param path the label of a data partition, or "nextota" for the slot that does not run
 * @throws OtaError "flash-failed" when there is none.
 * Source: Moddable SDK modules/io/flash/esp32.
 */
export function openPartition(path: string): FlashPartition {
  const open = (): Flash => storage.open({ path, mode: "r+" });
  return new EspPartition(attempt(open, `partition "${path}": `)); // the module does not name it
}
