// SPDX-License-Identifier: MIT
import { crypto } from "xs-ota/common/crypto";
import { clock } from "xs-ota/host/clock";
import { openPartition } from "xs-ota/host/flash";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { describeClock } from "xs-ota/test/contract/clock";
import { describeCrypto } from "xs-ota/test/contract/crypto";
import { describeFlash } from "xs-ota/test/contract/flash";
import { describeJournal } from "xs-ota/test/contract/journal";
import vectors from "xs-ota/test/vectors/signatures";

// The contract suites on the Linux device: its C against the promises of pal/.

const openData = () => openPartition("data");

describeFlash("Linux", () => ({
  flash: openData(),
  neighbour: openPartition("counter"),
  reopen: openData,
  close: () => undefined,
}));

function openEmptyJournal(): FlashJournal {
  const partition = openPartition("journal");
  partition.erase(0, partition.geometry.size / partition.geometry.blockSize);
  return new FlashJournal(partition);
}

describeJournal("Linux", () => ({
  journal: openEmptyJournal(),
  reopen: () => new FlashJournal(openPartition("journal")),
  close: () => undefined,
}));

describeClock("Linux", clock);
describeCrypto("Linux", crypto, vectors);
