// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { sdkBoards } from "xs-ota/cli/sdk-boards";
import { findPartition } from "xs-ota/cli/flash-image";
import { readFlashMap, writeFlashMap } from "xs-ota/toolchain/flash-map";
import { parseIntelHex } from "xs-ota/toolchain/intel-hex";
import { writeTarget } from "xs-ota/toolchain/target";
import { formatUf2 } from "xs-ota/toolchain/uf2";
import { findSuites } from "../../tools/xs-suites.js";

const { nrf52 } = sdkBoards;
const map = readFlashMap(nrf52.flashMap);
const slot = findPartition(map, "slot-a");

function made(t: TestContext, write: (file: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "xs-ota-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "made.c");
  write(file);
  return readFileSync(file, "utf8");
}

// mcconfig runs no tool of ours, so what ours make for it is kept
for (const host of ["nrf52", "simulator"]) {
  test(`what is kept for mcconfig in hosts/${host} is what the toolchain makes`, t => {
    const folder = `hosts/${host}`;
    const partitions = made(t, file => writeFlashMap(readFlashMap(`${folder}/flash.json`), file));
    assert.equal(readFileSync(`${folder}/flash-partitions.c`, "utf8"), partitions);
    const target = made(t, file => writeTarget(host, file));
    assert.equal(readFileSync(`${folder}/device-class.c`, "utf8"), target);
  });
}

test("the application is linked for what follows the image's header in slot-a", () => {
  const { build } = JSON.parse(readFileSync("hosts/nrf52/manifest.json", "utf8")) as {
    build: { LDFLAGS: string };
  };
  const address = nrf52.flashAddress + slot.offset + nrf52.headerSize;
  assert.equal(build.LDFLAGS, `-Wl,--section-start=.text=0x${address.toString(16)}`);
});

test("each partition lies in one of the two flashes, and only slot-b, the journal and files in the external one", () => {
  const places = map.partitions.map(({ name, offset, size }) => {
    assert.ok(offset >= nrf52.internalSize || offset + size <= nrf52.internalSize, name);
    return [name, offset >= nrf52.internalSize] as const;
  });
  const external = places.filter(([, isExternal]) => isExternal).map(([name]) => name);
  assert.deepEqual(external, ["slot-b", "journal", "files"]);
  assert.equal(slot.offset + slot.size, nrf52.internalSize);
});

// Source: the example of Wikipedia's article "Intel HEX", with an address above 64 KiB and a gap.
const hex = `:020000040003F7
:10010000214601360121470136007EFE09D2190140
:02011200AABB86
:00000001FF
`;

test("Intel HEX is read with its upper address, and gaps are erased bytes", () => {
  const { address, bytes } = parseIntelHex(hex, "x.hex");
  assert.equal(address, 0x30100);
  assert.equal(Buffer.from(bytes).toString("hex"), "214601360121470136007efe09d21901ffffaabb");
});

test("a wrong checksum, a line that is no record, and a missing end are refused with their line", () => {
  assert.throws(() => parseIntelHex(hex.replace("D2", "D3"), "x.hex"), /x\.hex:2/);
  assert.throws(() => parseIntelHex("hello\n", "x.hex"), /x\.hex:1/);
  assert.throws(() => parseIntelHex(hex.replace(":00000001FF\n", ""), "x.hex"), /x\.hex/);
});

// Source: Microsoft, "USB Flashing Format (UF2)", "File format".
test("a UF2 file has for each 256 bytes a block that says where they go", () => {
  const file = Buffer.from(
    formatUf2(new Uint8Array(300).fill(7), { address: 0x27000, family: 0xada52840 }),
  );
  assert.equal(file.length, 1024);
  const words = [0, 4, 8, 12, 16, 20, 24, 28, 508].map(at => file.readUInt32LE(512 + at));
  const magic = [0x0a324655, 0x9e5d5157];
  assert.deepEqual(words, [...magic, 0x2000, 0x27100, 256, 1, 2, 0xada52840, 0x0ab16f30]);
  assert.equal(file[512 + 32 + 43], 7);
  assert.equal(file[512 + 32 + 44], 0xff);
});

// nmake has no pattern for files, and nothing here runs it
test("nmake builds the simulator of all files of the bootloader, and of those of Windows", () => {
  const nmakefile = readFileSync("hosts/simulator/windows/nmakefile", "utf8");
  const sources = [...nmakefile.matchAll(/\S+\.c\b/g)].map(([file]) => file.replaceAll("\\", "/"));
  assert.deepEqual(
    sources.filter(file => !existsSync(file)),
    [],
  );
  const inImage = ["entry.c", "microseconds.c"];
  const needed = ["toolchain/bootloader", "hosts/runtime/boot", "hosts/simulator/windows"].flatMap(
    folder =>
      readdirSync(folder)
        .filter(name => name.endsWith(".c") && !inImage.includes(name))
        .map(name => `${folder}/${name}`),
  );
  assert.ok(needed.length >= 10, needed.join());
  assert.deepEqual(
    needed.filter(file => !sources.includes(file)),
    [],
  );
});

interface SdkManifest {
  readonly include: readonly string[];
  readonly modules: Readonly<Record<string, string>>;
  readonly preload: readonly string[];
}
const manifestOf = (folder: string): SdkManifest =>
  JSON.parse(readFileSync(join("hosts", folder, "manifest.json"), "utf8")) as SdkManifest;

/** A module that the linker evaluates. It must be named: mcconfig takes a pattern for JavaScript only. */
test("the linker of each host of the Moddable SDK holds the options of the agent against their table", () => {
  for (const host of ["esp32", "nrf52", "simulator"]) {
    assert.ok(manifestOf(host).include.includes("../sdk/manifest.json"), host);
  }
  const { modules, preload } = manifestOf("sdk");
  assert.deepEqual(preload, ["xs-ota/host/agent-config"]);
  assert.equal(modules["xs-ota/host/agent-config"], "./agent-config");
});

test("the suites for boards have the modules that they import", () => {
  const { modules } = JSON.parse(readFileSync("test/device/manifest.json", "utf8")) as {
    modules: Readonly<Record<string, string>>;
  };
  const [suite] = findSuites("test/xs/host");
  const imported = suite?.modules.filter(name => name.startsWith("test/")) ?? [];
  assert.ok(imported.length >= 9, imported.join());
  assert.deepEqual(
    imported.filter(name => !(`xs-ota/${name}` in modules)),
    [],
  );
});
