// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "xs-ota/test/support/files";
import { type EspPartition, readPartitionTable } from "xs-ota/toolchain/esp-partitions";

function read(t: TestContext, text: string): readonly EspPartition[] {
  const file = join(temporaryFolder(t), "table.csv");
  writeFileSync(file, text);
  return readPartitionTable(file);
}

// Source: ESP-IDF programming guide, "Partition Tables", "Factory app, two OTA definitions": its summary and offsets.
const twoOta = `# ESP-IDF Partition Table
# Name,   Type, SubType, Offset,  Size, Flags
nvs,      data, nvs,     ,        0x4000,
otadata,  data, ota,     ,        0x2000,
phy_init, data, phy,     ,        0x1000,
factory,  app,  factory, ,        1M,
ota_0,    app,  ota_0,   ,        1M,
ota_1,    app,  ota_1,   ,        1M,
`;

test("offsets that are left out are the next free ones, code on 64 KiB", t => {
  const places = read(t, twoOta).map(({ name, offset, size }) => [name, offset, size]);
  assert.deepEqual(places, [
    ["nvs", 0x9000, 0x4000],
    ["otadata", 0xd000, 0x2000],
    ["phy_init", 0xf000, 0x1000],
    ["factory", 0x10000, 0x100000],
    ["ota_0", 0x110000, 0x100000],
    ["ota_1", 0x210000, 0x100000],
  ]);
});

// prettier-ignore
const wrong: readonly (readonly [what: string, table: string, message: RegExp])[] = [
  ["overlaps",          "a,data,nvs,0x9000,8K\nb,data,0x40,0xa000,4K\n", /table\.csv:2: "b" overlaps/],
  ["no alignment",      "a,app,ota_0,0x11000,64K\n",                    /table\.csv:1: "a" begins in the midst/],
  ["half a sector",     "a,data,0x40,0x9000,0x800\n",                   /table\.csv:1: "a" ends in the midst/],
  ["no size",           "# nothing\na,data,0x40,0x9000\n",              /table\.csv:2: is not name/],
  ["a number that is none", "a,data,0x40,here,4K\n",                    /table\.csv:1: is not name/],
  ["no partitions",     "# nothing\n",                                  /table\.csv: has no partitions/],
];

for (const [what, table, message] of wrong) {
  test(`a partition table with ${what} is refused, and the line is named`, t => {
    assert.throws(() => read(t, table), { message });
  });
}
