// SPDX-License-Identifier: MIT
import { crypto } from "xs-ota/common/crypto";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { openPartition } from "xs-ota/host/flash";
import type { FlashPartition } from "xs-ota/pal/flash";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { describeClock } from "xs-ota/test/contract/clock";
import { describeCrypto } from "xs-ota/test/contract/crypto";
import { describeDataFile } from "xs-ota/test/contract/data-file";
import { describeDevice } from "xs-ota/test/contract/device";
import { describeFlash } from "xs-ota/test/contract/flash";
import { describeJournal } from "xs-ota/test/contract/journal";
import vectors from "xs-ota/test/vectors/signatures";

// The contract suites on the device: its C against the promises of pal/.

/** One that has the four blocks that the suite needs. */
function openLarge(): FlashPartition {
  const data = openPartition("data");
  return data.geometry.size / data.geometry.blockSize < 4 ? openPartition("slot-b") : data;
}

describeFlash("device", () => ({
  flash: openLarge(),
  neighbour: openPartition("journal"),
  reopen: openLarge,
  close: () => undefined,
}));

function openEmptyJournal(): FlashJournal {
  const partition = openPartition("journal");
  partition.erase(0, partition.geometry.size / partition.geometry.blockSize);
  return new FlashJournal(partition);
}

describeJournal("device", () => ({
  journal: openEmptyJournal(),
  reopen: () => new FlashJournal(openPartition("journal")),
  close: () => undefined,
}));

const openFiles = (): FlashPartition => openPartition("files");
describeDataFile(
  "a data file on the device",
  { crypto, device, openPartition: openFiles },
  vectors,
);

describeClock("device", clock);
describeCrypto("device", crypto, vectors);
describeDevice("device", device);
