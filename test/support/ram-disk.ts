// SPDX-License-Identifier: MIT
import type { Change, Disk } from "xs-ota/cloud/store/store";

/** A disk of the desk cloud that a test can copy, so that a cloud has two futures, or restarts. */
export class RamDisk implements Disk {
  readonly #records = new Map<string, Required<Change>>();
  readonly #blobs = new Map<string, Uint8Array>();

  /** What is on this disk now, on another one. */
  fork(): RamDisk {
    const copy = new RamDisk();
    for (const [key, record] of this.#records) copy.#records.set(key, record);
    for (const [id, bytes] of this.#blobs) copy.#blobs.set(id, bytes);
    return copy;
  }

  load(): Iterable<Required<Change>> {
    return this.#records.values();
  }

  write(changes: readonly Change[]): void {
    for (const { table, key, value } of changes) {
      const place = `${table}\0${key}`;
      if (value === undefined) this.#records.delete(place);
      else this.#records.set(place, { table, key, value });
    }
  }

  readBlob(id: string): Uint8Array | undefined {
    return this.#blobs.get(id);
  }

  writeBlob(id: string, bytes: Uint8Array): void {
    this.#blobs.set(id, bytes.slice());
  }

  deleteBlob(id: string): void {
    this.#blobs.delete(id);
  }

  close(): void {
    // Nothing to close: a fork may go on.
  }
}
