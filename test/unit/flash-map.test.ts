// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { flashSize } from "xs-ota/common/flash-map";
import { slotLayout } from "xs-ota/pal/boot/trailer";
import { makeProject } from "xs-ota/test/support/project";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { machineCode } from "xs-ota/toolchain/machine-code";

const MIB = 1024 * 1024;

test("the flash of the Linux host has room for what the design asks", () => {
  const map = readFlashMap("hosts/linux/flash.json");
  const sizes = Object.fromEntries(map.partitions.map(p => [p.name, p.size]));
  assert.deepEqual(
    map.partitions.map(p => p.name),
    ["boot", "slot-a", "slot-b", "journal", "counter", "data", "files"],
  );
  assert.ok(Number(sizes["slot-a"]) >= 1.5 * MIB && sizes["slot-a"] === sizes["slot-b"]);
  assert.equal(sizes["journal"], 4 * map.blockSize);
  assert.equal(sizes["counter"], 2 * map.blockSize);
  assert.equal(sizes["data"], 64 * 1024);
  assert.equal(sizes["files"], 64 * 1024);
  assert.equal(flashSize(map), 4284416 + 2 * 64 * 1024);
});

for (const host of ["linux", "mps2-an386", "riscv-virt", "simulator", "nrf52"]) {
  test(`${host} has a partition for a file that is not firmware, behind all the others`, () => {
    const map = readFlashMap(`hosts/${host}/flash.json`);
    const files = map.partitions.at(-1);
    assert.equal(files?.name, "files");
    assert.ok(files.size >= 4 * map.blockSize, "two blocks of journal, and two halves");
    assert.equal(files.offset + files.size, flashSize(map));
  });
}

test("what an update of firmware needs fits the flash of the chips that the emulated boards stand for", () => {
  const endOf = (board: string, isOn: (name: string) => boolean): number => {
    const { partitions } = readFlashMap(`hosts/${board}/flash.json`);
    return Math.max(...partitions.filter(p => isOn(p.name)).map(p => p.offset + p.size));
  };
  assert.equal(
    endOf("mps2-an386", name => name === "boot" || name === "slot-a"),
    MIB,
    "internal",
  );
  assert.equal(
    endOf("riscv-virt", name => name !== "files"),
    4 * MIB,
  );
});

/** Where a linker script puts what it links into flash, and how long that may be, both in bytes. */
function linkedFlash(script: string): { readonly origin: number; readonly length: number } {
  const [, origin, count, unit, less = 0] =
    /FLASH .*ORIGIN = (\w+), LENGTH = (\d+)([KM])(?: - (\d+))?/.exec(
      readFileSync(script, "utf8"),
    ) ?? [];
  return {
    origin: Number(origin),
    length: Number(count) * (unit === "K" ? 1024 : MIB) - Number(less),
  };
}

for (const [board, flashAddress] of [
  ["mps2-an386", 0x21000000],
  ["riscv-virt", 0x20000000],
] as const) {
  test(`the linker refuses what does not fit the flash of ${board}, for its scripts say what flash.json says`, () => {
    const map = readFlashMap(`hosts/${board}/flash.json`);
    const partition = (name: string) => {
      const found = map.partitions.find(p => p.name === name);
      assert.ok(found, name);
      return { ...map, ...found };
    };
    const [boot, a] = [partition("boot"), partition("slot-a")];
    const { headerSize = 0 } = machineCode[board] ?? {};
    assert.deepEqual(linkedFlash(`hosts/${board}/application.ld`), {
      origin: flashAddress + a.offset + headerSize,
      length: slotLayout(a, partition("slot-b")).capacity - headerSize,
    });
    // 32 KB is what the design gives the bootloader; the trusted keys end its partition
    assert.deepEqual(linkedFlash(`hosts/${board}/bootloader.ld`), {
      origin: flashAddress + boot.offset,
      length: 32 * 1024,
    });
    assert.ok(32 * 1024 <= boot.size - 4096);
  });
}

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
