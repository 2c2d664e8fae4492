// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync, writeFileSync, mkdirSync, existsSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { makeSignatureVectors } from "xs-ota/test/support/signature-vectors";
import { makeFlash, runDevice } from "xs-ota/test/support/linux-device";
import { buildBundle } from "xs-ota/toolchain/bundle";

/*
 * Runs the unit and contract suites on the XS device: bundles each suite whose imports, and theirs, a device
 * has, writes the bundle to a flash and boots it. Fails when a test does, or when none ran.
 */

const compiled = "build/node";
const folder = "build/test-xs";

/** What a device has in place of a module of Node's. */
const shims: Readonly<Record<string, string>> = Object.freeze({
  "node:test": "test/xs/node-test",
  "node:assert/strict": "test/xs/assert",
});

/** Folders of modules by id; the others are the tools', or Node's. */
const roots: readonly (readonly [RegExp, string])[] = [
  [/^xs-ota\/test\//, "test/"],
  [/^xs-ota\/pal\//, "pal/"],
  [/^xs-ota\/common\//, "hosts/common/"],
  [/^xs-ota\/(?=(agent|delta|download|image|job)\/)/, "src/"],
  [/^xs-ota$/, "src/index"],
];

const linuxModules = /^xs-ota\/host\/(clock)$/;

/** The compiled file that `name` means in `from`; `undefined` when a device has no such module. */
function resolve(from: string, name: string): string | undefined {
  if (name.startsWith(".")) return path.join(path.dirname(from), name);
  for (const [prefix, target] of roots) {
    if (prefix.test(name)) return path.join(compiled, `${name.replace(prefix, target)}.js`);
  }
  return undefined;
}

/** Globals of Node that a device does not have. */
const nodeGlobal = /\b(?:Buffer\.|process\.|WebAssembly\.|setTimeout\(|new Text(?:En|De)coder\b)/;

/** What a device has, though it is not in the compiled files. */
const isSupplied = (name: string): boolean => name in shims || linuxModules.test(name);

/** Adds `file` and all it imports to `files`. @returns what a device does not have. */
function collect(file: string, files: Set<string>): string | undefined {
  if (files.has(file)) return undefined;
  files.add(file);
  const text = readFileSync(file, "utf8");
  const global = nodeGlobal.exec(text);
  if (global !== null) return `${global[0]} in ${nameOf(file)}`;
  const names = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  for (const name of names.filter(name => !isSupplied(name))) {
    const next = resolve(file, name);
    const missing = next === undefined || !existsSync(next) ? name : collect(next, files);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

const suitesIn = (tier: string): readonly string[] =>
  readdirSync(path.join(compiled, "test", tier))
    .filter(name => name.endsWith(".test.js"))
    .sort()
    .map(name => path.join(compiled, "test", tier, name));

/** `test/unit/x` of `build/node/test/unit/x.js`. */
const nameOf = (file: string): string => path.relative(compiled, file).replace(/\.js$/, "");

/** The module id of a file of test/ or hosts/common/. */
const idOf = (name: string): string => `xs-ota/${name.replace(/^hosts\//, "")}`;

interface Found {
  /** Names from the package's root, without extension. */
  readonly suites: readonly string[];
  readonly modules: ReadonlySet<string>;
}

/** Suites that run on Node as well. */
function findSuites(): Found {
  const suites: string[] = [];
  const modules = new Set<string>();
  for (const suite of [...suitesIn("unit"), ...suitesIn("contract")]) {
    const files = new Set<string>();
    const missing = collect(suite, files);
    if (missing !== undefined) {
      console.log(`# not on XS: ${nameOf(suite)} needs ${missing}`);
      continue;
    }
    suites.push(nameOf(suite));
    for (const file of files) modules.add(nameOf(file));
  }
  return { suites, modules };
}

/** Suites for the device alone, and the modules of test/ that they import. */
function findDeviceSuites(): Found {
  const suites: string[] = [];
  const modules = new Set<string>();
  for (const file of readdirSync("test/xs").filter(name => name.endsWith(".test.ts"))) {
    const text = readFileSync(path.join("test/xs", file), "utf8");
    suites.push(`test/xs/${path.basename(file, ".ts")}`);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName.startsWith("xs-ota/test/contract/"))
        modules.add(fileName.replace("xs-ota/", ""));
    }
  }
  return { suites, modules: new Set([...suites, ...modules]) };
}

async function writeApplication(): Promise<string> {
  const shared = findSuites();
  const device = findDeviceSuites();
  const suites = [...shared.suites, ...device.suites];
  const modules = new Set([...shared.modules, ...device.modules]);
  const vectors = JSON.stringify(await makeSignatureVectors());
  const own = [...modules].filter(name => /^(test|hosts\/common)\//.test(name));
  const manifest = {
    include: "../../manifest.json",
    modules: {
      "*": "./main",
      ...Object.fromEntries(Object.entries(shims).map(([id, file]) => [id, `../../${file}`])),
      "node:assert/deep-equal": "../../test/xs/deep-equal",
      "xs-ota/test/vectors/signatures": "./vectors",
      // what only another host's manifest has is tested here, too
      ...Object.fromEntries(own.map(name => [idOf(name), `../../${name}`])),
    },
    // make check has checked the types, against those of Node
    typescript: { tsconfig: { compilerOptions: { noCheck: true } } },
  };
  const main = [
    ...suites.map(name => `import "xs-ota/${name}";`),
    `import { runTests } from "node:test";`,
    `import { powerOff } from "xs-ota/host/device";`,
    `runTests().then(failures => powerOff(failures === 0 ? 0 : 1));`,
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "vectors.js"), `export default ${vectors};\n`);
  writeFileSync(path.join(folder, "main.js"), `${main.join("\n")}\n`);
  writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest, undefined, 1));
  return path.join(folder, "manifest.json");
}

const out = path.join(folder, "suites.xsb");
buildBundle({ manifest: await writeApplication(), platform: "linux", out });
const run = await runDevice(makeFlash(readFileSync(out)), ["--max-resets", "0"]);
for (const line of [...run.console, ...run.log]) console.log(line);
process.exitCode = run.status ?? 1;
