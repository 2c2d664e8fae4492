// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readPartitionTable } from "xs-ota/toolchain/esp-partitions";

const MIB = 1024 * 1024;

for (const [name, flashSize] of Object.entries({
  "4mb": 4 * MIB,
  "8mb": 8 * MIB,
  "16mb": 16 * MIB,
})) {
  const table = readPartitionTable(`hosts/esp32/partitions/${name}.csv`);

  test(`the partitions of ${name} fit the flash, and its slots begin where code may`, () => {
    const end = Math.max(...table.map(({ offset, size }) => offset + size));
    assert.ok(end <= flashSize, `${end} of ${flashSize} bytes`);
    const slots = table.filter(({ type }) => type === "app");
    for (const { offset, size } of slots) assert.equal((offset | size) % 0x10000, 0);
  });

  test(`${name} has two slots of one size, no factory image, and what the host opens`, () => {
    const slots = table.filter(({ type }) => type === "app");
    assert.deepEqual(
      slots.map(slot => slot.name),
      ["ota_0", "ota_1"],
    );
    assert.equal(slots[0]?.size, slots[1]?.size);
    // Source: ESP-IDF v6.0, "Over The Air Updates (OTA)": otadata has two sectors, of which one is always whole
    const wanted = {
      nvs: 0x4000,
      otadata: 0x2000,
      journal: 0x4000,
      data: 0x10000,
      files: 0x10000,
    };
    for (const [label, size] of Object.entries(wanted)) {
      const found = table.find(partition => partition.name === label);
      assert.deepEqual([found?.type, found?.size], ["data", size], label);
    }
  });
}

/** Names of the options that a file sets. */
function settings(file: string): string[] {
  return readFileSync(file, "utf8").match(/^CONFIG_\w+=(?:[yn]|\d+)$/gm) ?? [];
}

test("the ESP32 example's sdkconfig sets what the host needs", () => {
  const wanted = settings("hosts/esp32/sdkconfig/sdkconfig.defaults");
  assert.ok(wanted.length >= 8);
  const set = settings("examples/esp32-wifi/sdkconfig/sdkconfig.defaults");
  for (const line of wanted) assert.ok(set.includes(line), line);
});
