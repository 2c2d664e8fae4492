// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { flashSize } from "xs-ota/common/flash-map";
import { makeProject } from "xs-ota/test/support/project";
import { readFlashMap } from "xs-ota/toolchain/flash-map";

const MIB = 1024 * 1024;

test("the flash of the Linux host has room for what the design asks", () => {
  const map = readFlashMap("hosts/linux/flash.json");
  const sizes = Object.fromEntries(map.partitions.map(p => [p.name, p.size]));
  assert.deepEqual(
    map.partitions.map(p => p.name),
    ["boot", "slot-a", "slot-b", "journal", "counter", "data"],
  );
  assert.ok(Number(sizes["slot-a"]) >= 1.5 * MIB && sizes["slot-a"] === sizes["slot-b"]);
  assert.equal(sizes["journal"], 4 * map.blockSize);
  assert.equal(sizes["counter"], 2 * map.blockSize);
  assert.equal(sizes["data"], 64 * 1024);
  assert.equal(flashSize(map), 4284416 + 64 * 1024);
});

const part = (name: string, offset: number, size: number): object => ({ name, offset, size });
const mistakes: readonly (readonly [string, readonly object[], RegExp])[] = [
  ["a partition in the middle of a block", [part("a", 100, 4096)], /"a" must begin and end/],
  ["an overlap", [part("a", 0, 8192), part("b", 4096, 4096)], /"b" overlaps .* ends at 8192/],
  ["an empty partition", [part("a", 0, 0)], /"a" must begin and end/],
  ["no partitions", [], /"partitions" must be a list/],
];

for (const [name, partitions, message] of mistakes) {
  test(`${name} is refused with its line`, t => {
    const map = { blockSize: 4096, writeSize: 4, erasedByte: 255, partitions };
    const file = path.join(makeProject(t, { "flash.json": map }), "flash.json");
    assert.throws(() => readFlashMap(file), { name: "BuildError", message });
    assert.throws(() => readFlashMap(file), /flash\.json:\d+: /);
  });
}
