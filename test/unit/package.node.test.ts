// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "xs-ota/test/support/files";

/* The npm package as `npm pack` makes it; `make package-device` has made its device's half. */

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }),
) as readonly { readonly files: readonly { readonly path: string }[] }[];
const files = new Set(packed?.files.map(file => file.path));

interface Manifest {
  readonly include?: string | readonly string[];
  readonly modules?: Readonly<Record<string, string | readonly string[]>>;
  readonly platforms?: Readonly<Record<string, Manifest>>;
}

const list = (value: string | readonly string[] = []): readonly string[] => [value].flat();

/** What is the SDK's, or ESP-IDF's. */
const isForeign = (name: string): boolean => name.startsWith("$(");

/** Whether a file of the package is what a manifest calls `name`: whole, without its extension, or with a "*" in it. */
function isPacked(name: string): boolean {
  const pattern = name.replace(/[.+()]/g, "\\$&").replace("*", "[^/]*");
  const whole = new RegExp(`^${pattern}(?:\\.(?:js|c|h|d\\.ts))?$`);
  return [...files].some(file => whole.test(file));
}

/** All that a manifest and those that it includes name, as paths in the package. */
function* namesIn(file: string, seen: Set<string>): Generator<string> {
  if (seen.has(file)) return;
  seen.add(file);
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const { platforms = {}, ...general } = manifest;
  for (const { include, modules = {} } of [general, ...Object.values(platforms)]) {
    const at = (name: string): string => path.join(path.dirname(file), name);
    const includes = list(include).filter(name => !isForeign(name));
    const sources = Object.values(modules).flatMap(list);
    yield* sources.filter(name => !isForeign(name)).map(at);
    yield* includes.map(at);
    for (const name of includes) yield* namesIn(at(name), seen);
  }
}

test("the package has every file that its manifests name", () => {
  const manifests = new Set<string>();
  const names = [
    ...namesIn("build/device/manifest.json", manifests),
    ...namesIn("build/device/manifest-mqtt.json", manifests),
  ];
  assert.ok(manifests.size >= 4 && names.length >= 60, `${manifests.size}, ${names.length}`);
  assert.deepEqual(
    names.filter(name => !isPacked(name)),
    [],
  );
});

test("a file that the package does not have is noticed", () => {
  assert.equal(isPacked("build/device/hosts/esp32/hots"), false);
});

test("the package has what its exports and its command name, and no TypeScript but typings", () => {
  const { bin, exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly bin: Readonly<Record<string, string>>;
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  const targets = Object.entries(exports)
    .filter(([name]) => name !== "./test/*") // for the tests here alone
    .flatMap(([, target]) => (typeof target === "string" ? target : Object.values(target)));
  const wanted = [...Object.values(bin), ...targets].map(name => path.normalize(name));
  assert.deepEqual(
    wanted.filter(name => !isPacked(name)),
    [],
  );
  assert.deepEqual(
    [...files].filter(name => /(?<!\.d)\.ts$/.test(name)),
    [],
  );
  assert.deepEqual(
    [...files].filter(name => name.startsWith("build/node/test/")),
    [],
  );
});

/** mcpack 8.2.3 fails on names with a "*": PACKAGE_IMPORTS_EXPORTS_RESOLVE in its source. */
test("what applications import has names of its own in exports, and a manifest above its file", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly exports: Readonly<Record<string, { readonly moddable?: string }>>;
  };
  for (const name of [".", "./host/host"]) {
    const file = exports[name]?.moddable;
    assert.equal(path.dirname(path.dirname(file ?? "")), "./build/device", name);
  }
  for (const name of ["manifest.json", "package.json"])
    assert.ok(files.has(`build/device/${name}`));
});

test("plain tsc checks an application that has the package among its modules, and the README's", t => {
  const folder = temporaryFolder(t);
  const application = (name: string, text: string): void =>
    writeFileSync(path.join(folder, name), text);
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(process.cwd(), path.join(folder, "node_modules/xs-ota"));
  cpSync("examples/thread/main.ts", path.join(folder, "main.ts"));
  const [, readme = ""] = /```ts\n(.*?)```/s.exec(readFileSync("README.md", "utf8")) ?? [];
  assert.match(readme, /new OtaAgent/);
  application("readme.ts", readme);
  application("package.json", JSON.stringify({ name: "lamp", type: "module" }));
  const compilerOptions = {
    ...{ target: "es2022", lib: ["es2022"], module: "nodenext", strict: true, noEmit: true },
    types: ["xs-ota/typings"],
    preserveSymlinks: true,
  };
  application("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  const compiler = createRequire(import.meta.url).resolve("typescript/lib/tsc.js");
  const check = (): string => {
    const options = { cwd: folder, encoding: "utf8" } as const;
    return spawnSync(process.execPath, [compiler, "-p", "."], options).stdout;
  };
  assert.equal(check(), "");
  application("wrong.ts", `import { OtaAgent } from "xs-ota"; new OtaAgent({ version: 1 });`);
  assert.match(check(), /^wrong\.ts.*error TS/, "and what is wrong is found");
});
