// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { makeProject } from "xs-ota/test/support/project";
import { readManifest, type Manifest } from "xs-ota/toolchain/manifest";

type Files = Readonly<Record<string, unknown>>;

function read(t: TestContext, files: Files, platform = "linux"): Manifest {
  return readManifest({ file: path.join(makeProject(t, files), "manifest.json"), platform });
}

const idsOf = (manifest: Manifest): readonly string[] =>
  manifest.scripts.map(m => m.specifier).sort();

function refuses(t: TestContext, files: Files, message: RegExp, platform?: string): void {
  assert.throws(() => read(t, files, platform), { name: "BuildError", message });
}

test("a wildcard names each module by its file", t => {
  const files = { "a/x.js": "", "a/y.ts": "", "a/y.c": "", "a/z.d.ts": "", "a/.hidden.js": "" };
  const manifest = read(t, { ...files, "manifest.json": { modules: { "lib/*": "./a/*" } } });
  assert.deepEqual(idsOf(manifest), ["lib/x", "lib/y"]);
  assert.deepEqual(
    manifest.natives.map(f => path.basename(f)),
    ["y.c"],
  );
  assert.deepEqual(
    manifest.typings.map(f => path.basename(f)),
    ["z.d.ts"],
  );
});

test("a prefix before the star is cut off the name", t => {
  const manifest = read(t, {
    "mqtt.js": "",
    "mqtt-inbox.js": "",
    "other.js": "",
    "manifest.json": { modules: { "net/mqtt*": "./mqtt*" } },
  });
  assert.deepEqual(idsOf(manifest), ["net/mqtt", "net/mqtt-inbox"]);
});

test("an exclusion holds in every manifest that is included", t => {
  const manifest = read(t, {
    "lib/manifest.json": { modules: { "*": "./*" } },
    "lib/keep.js": "",
    "lib/drop.js": "",
    "manifest.json": { include: "./lib/manifest.json", modules: { "~": "./lib/drop" } },
  });
  assert.deepEqual(idsOf(manifest), ["keep"]);
});

test("a module that is left out may stay among those to preload", t => {
  const lib = { modules: { "*": "./*" }, preload: ["keep", "drop"] };
  const files = { "lib/keep.js": "", "lib/drop.js": "", "lib/manifest.json": lib };
  const app = { include: "./lib/manifest.json", modules: { "~": "./lib/drop" } };
  assert.deepEqual([...read(t, { ...files, "manifest.json": app }).preload], ["keep"]);
});

test("what includes wins over what is included, object by object", t => {
  const manifest = read(t, {
    "base.json": { config: { a: 1, deep: { b: 2, c: 3 } }, defines: { x: { y: 1 } } },
    "manifest.json": { include: ["./base.json"], config: { a: 9, deep: { c: 4 } } },
  });
  assert.deepEqual(manifest.config, { a: 9, deep: { b: 2, c: 4 } });
  assert.deepEqual(manifest.defines, { x: { y: 1 } });
});

test("a manifest that is included twice counts once, and a circle ends", t => {
  const manifest = read(t, {
    "a.json": { include: ["./b.json", "./manifest.json"], modules: { "*": "./x" } },
    "b.json": { include: "./a.json" },
    "x.js": "",
    "manifest.json": { include: ["./a.json", "./b.json"] },
  });
  assert.deepEqual(idsOf(manifest), ["x"]);
  assert.equal(manifest.files.length, 3);
});

const platforms = {
  "x.js": "",
  "manifest.json": {
    platforms: {
      linux: { modules: { here: "./x" } },
      "esp32/c3": { modules: { c3: "./x" } },
      esp32: { modules: { esp: "./x" } },
      "...": { error: "see the porting guide" },
    },
  },
};

for (const [platform, id] of [
  ["linux", "here"],
  ["esp32/c3", "c3"],
  ["esp32/other", "esp"],
] as const) {
  test(`platform ${platform} has its own section`, t => {
    assert.deepEqual(idsOf(read(t, platforms, platform)), [id]);
  });
}

test("a platform that is not named gets the manifest's own error", t => {
  refuses(t, platforms, /manifest\.json:\d+: .*platform "vax": see the porting guide/, "vax");
});

test("build defines variables for paths", t => {
  const manifest = read(t, {
    "lib/x.js": "",
    "manifest.json": { build: { LIB: "./lib" }, modules: { "*": "$(LIB)/x" } },
  });
  assert.deepEqual(idsOf(manifest), ["x"]);
});

const mistakes: readonly (readonly [string, Files, RegExp])[] = [
  ["a missing manifest", {}, /manifest\.json: cannot be read \(ENOENT\); check the path/],
  [
    "text that is not JSON",
    { "manifest.json": '{\n "modules": {\n  "*": ./main\n }\n}' },
    /manifest\.json:3: not JSON/,
  ],
  [
    "a comment",
    { "manifest.json": '{\n // no\n "modules": {}\n}' },
    /manifest\.json:2: not JSON: .*JSON has no comments/,
  ],
  [
    "an unknown key",
    { "manifest.json": '{\n "modules": {},\n "moduls": {}\n}' },
    /manifest\.json:3: "moduls" is no manifest key; known are /,
  ],
  [
    "a value of the wrong type",
    { "manifest.json": '{\n "modules": {\n  "*": 5\n }\n}' },
    /manifest\.json:3: "modules\.\*" must be a string/,
  ],
  [
    "a module without a file",
    { "manifest.json": '{\n "modules": {\n  "*": [\n   "./main"\n  ]\n }\n}' },
    /manifest\.json:4: "modules\.\*\.0" matches no file at .*main; correct the path/,
  ],
  [
    "a folder that is not there",
    { "manifest.json": '{\n "modules": {\n  "*": "./no/*"\n }\n}' },
    /manifest\.json:3: .*names the folder .*no, which does not exist/,
  ],
  [
    "an include that is not there",
    { "manifest.json": '{\n "include": [\n  "./gone.json"\n ]\n}' },
    /manifest\.json:3: "include\.0" names .*gone\.json, which does not exist; correct the path/,
  ],
  [
    "two files for one specifier",
    {
      "a/x.js": "",
      "b/x.js": "",
      "manifest.json": '{\n "modules": {\n  "*": ["./a/x",\n   "./b/x"]\n }\n}',
    },
    /manifest\.json:4: .*the module "x", which .* is already; exclude one with "~"/,
  ],
  [
    "a preload of no module",
    { "manifest.json": '{\n "preload": ["ghost"]\n}' },
    /manifest\.json:2: "preload\.0" "ghost" is no module; add it to "modules"/,
  ],
  [
    "a variable that nobody defined",
    { "manifest.json": '{\n "include": "$(NOWHERE_XYZ)/manifest.json"\n}' },
    /manifest\.json:2: "include" uses \$\(NOWHERE_XYZ\), which is not defined; define it in "build"/,
  ],
];

for (const [name, files, message] of mistakes) {
  test(`${name} is one message with the place and the remedy`, t => refuses(t, files, message));
}
