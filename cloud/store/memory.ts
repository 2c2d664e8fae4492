// SPDX-License-Identifier: MIT
import type { Disk } from "./store.js";

/** A disk that lasts as long as the process: for tests, and for `--memory`. */
export function memoryDisk(): Disk {
  const blobs = new Map<string, Uint8Array>();
  return {
    load: () => [],
    write: () => undefined,
    readBlob: id => blobs.get(id),
    writeBlob: (id, bytes) => void blobs.set(id, bytes.slice()),
    deleteBlob: id => void blobs.delete(id),
    close: () => undefined,
  };
}
