// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlashMap } from "xs-ota/common/flash-map";
import { FileFlash } from "xs-ota/host/flash";

/** A small flash of the Node host in a file that goes with the test. */
export interface FlashFile {
  readonly path: string;
  readonly flash: FileFlash;
  reopen(): FileFlash;
  remove(): void;
}

export const smallMap: FlashMap = Object.freeze({
  blockSize: 4096,
  writeSize: 4,
  erasedByte: 0xff,
  partitions: [
    { name: "boot", offset: 0, size: 4 * 4096 },
    { name: "slot-a", offset: 4 * 4096, size: 8 * 4096 },
    { name: "slot-b", offset: 12 * 4096, size: 8 * 4096 },
    { name: "journal", offset: 20 * 4096, size: 4 * 4096 },
    { name: "counter", offset: 24 * 4096, size: 2 * 4096 },
    { name: "data", offset: 26 * 4096, size: 4 * 4096 },
  ],
});

export function openFlashFile(map: FlashMap = smallMap): FlashFile {
  const folder = mkdtempSync(join(tmpdir(), "xs-ota-flash-"));
  const path = join(folder, "flash.bin");
  let flash = new FileFlash(path, map);
  return {
    path,
    flash,
    reopen(): FileFlash {
      flash.close();
      flash = new FileFlash(path, map);
      return flash;
    },
    remove(): void {
      flash.close();
      rmSync(folder, { recursive: true });
    },
  };
}
