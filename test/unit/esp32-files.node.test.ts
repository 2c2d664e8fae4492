// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface Partition {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
  readonly size: number;
}

function readTable(name: string): Partition[] {
  const lines = readFileSync(`hosts/esp32/partitions/${name}.csv`, "utf8").split("\n");
  const rows = lines.filter(line => line !== "" && !line.startsWith("#"));
  return rows.map(row => {
    const [label = "", type = "", , offset, size] = row.split(",").map(field => field.trim());
    return { name: label, type, offset: Number(offset), size: Number(size) };
  });
}

const MIB = 1024 * 1024;

for (const [name, flashSize] of Object.entries({
  "4mb": 4 * MIB,
  "8mb": 8 * MIB,
  "16mb": 16 * MIB,
})) {
  const table = readTable(name);

  test(`the partitions of ${name} follow each other in whole blocks, and fit the flash`, () => {
    let end = 0x9000; // after the bootloader and the table itself, which is at 0x8000
    for (const { name: label, type, offset, size } of table) {
      assert.ok(
        offset >= end,
        `${label} begins at ${offset}, and the one before it ends at ${end}`,
      );
      assert.equal(offset % (type === "app" ? 0x10000 : 0x1000), 0, label);
      assert.ok(size > 0 && size % 0x1000 === 0, label);
      end = offset + size;
    }
    assert.ok(end <= flashSize, `${end} of ${flashSize} bytes`);
  });

  test(`${name} has two slots of one size, no factory image, and what the host opens`, () => {
    const slots = table.filter(({ type }) => type === "app");
    assert.deepEqual(
      slots.map(slot => slot.name),
      ["ota_0", "ota_1"],
    );
    assert.equal(slots[0]?.size, slots[1]?.size);
    for (const wanted of ["otadata", "journal", "data"]) {
      assert.ok(
        table.some(partition => partition.name === wanted && partition.type === "data"),
        wanted,
      );
    }
  });
}

/** Names of the options that a file sets. */
function settings(file: string): string[] {
  return readFileSync(file, "utf8").match(/^CONFIG_\w+=[yn]$/gm) ?? [];
}

test("the ESP32 example's sdkconfig sets what the host needs", () => {
  const wanted = settings("hosts/esp32/sdkconfig/sdkconfig.defaults");
  assert.ok(wanted.length >= 3);
  const set = settings("examples/esp32-wifi/sdkconfig/sdkconfig.defaults");
  for (const line of wanted) assert.ok(set.includes(line), line);
});
