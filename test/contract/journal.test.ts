// SPDX-License-Identifier: MIT
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { openFlashFile } from "xs-ota/test/support/file-flash";
import { SimFlash } from "xs-ota/test/support/sim-flash";
import { describeJournal } from "./journal.js";

describeJournal("file", () => {
  const file = openFlashFile();
  return {
    journal: new FlashJournal(file.flash.partition("journal")),
    reopen: () => new FlashJournal(file.reopen().partition("journal")),
    close: () => file.remove(),
  };
});

for (const geometry of [
  { size: 8192, blockSize: 4096, writeSize: 1, erasedByte: 0xff },
  { size: 16_384, blockSize: 4096, writeSize: 32, erasedByte: 0x00 },
]) {
  describeJournal(`simulator, writeSize ${geometry.writeSize}`, () => {
    let flash = new SimFlash(geometry);
    return {
      journal: new FlashJournal(flash),
      reopen: () => new FlashJournal((flash = flash.clone())),
      close: () => undefined,
    };
  });
}
