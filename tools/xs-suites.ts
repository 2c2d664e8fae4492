// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { TlsVectors } from "xs-ota/test/support/tls-client";
import { makeSignatureVectors } from "xs-ota/test/support/signature-vectors";

/*
 * The unit and contract suites that a device can run: those whose imports, and theirs, it has; and the suites of
 * test/xs, which only a device can run.
 */

const compiled = "build/node";

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

/** Where the files are that any device has: the modules of a host are its own. */
const shared = ["test", "pal", "src", "hosts/common"].map(
  folder => `${path.join(compiled, folder)}/`,
);

/** The compiled file that `name` means in `from`; `undefined` when a device has no such module. */
function resolve(from: string, name: string): string | undefined {
  if (name.startsWith(".")) {
    const file = path.join(path.dirname(from), name);
    return shared.some(folder => file.startsWith(folder)) ? file : undefined;
  }
  for (const [prefix, target] of roots) {
    if (prefix.test(name)) return path.join(compiled, `${name.replace(prefix, target)}.js`);
  }
  return undefined;
}

/** Globals of Node that a device does not have. */
const nodeGlobal = /\b(?:Buffer\.|process\.|WebAssembly\.|setTimeout\(|new Text(?:En|De)coder\b)/;

/** What a device has, though it is not in the compiled files. Its host's modules are for hosts/common alone: a suite's are Node's. */
const isSupplied = (name: string, importer: string): boolean =>
  name in shims ||
  (name === "xs-ota/host/clock" && importer.startsWith(path.join(compiled, "hosts/common/")));

/** Adds `file` and all it imports to `files`. @returns what a device does not have. */
function collect(file: string, files: Set<string>): string | undefined {
  if (files.has(file)) return undefined;
  files.add(file);
  const text = readFileSync(file, "utf8");
  const global = nodeGlobal.exec(text);
  if (global !== null) return `${global[0]} in ${nameOf(file)}`;
  const names = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  for (const name of names.filter(name => !isSupplied(name, file))) {
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

/** A suite, by names from the package's root, without extension. */
export interface Suite {
  readonly name: string;
  /** All that it needs of test/, pal/, src/ and hosts/common/, itself among them. */
  readonly modules: readonly string[];
}

/** Suites that run on Node as well. Says of the others why not. */
function findSharedSuites(): readonly Suite[] {
  const suites: Suite[] = [];
  for (const file of [...suitesIn("unit"), ...suitesIn("contract")]) {
    const files = new Set<string>();
    const missing = collect(file, files);
    if (missing === undefined) suites.push({ name: nameOf(file), modules: [...files].map(nameOf) });
    else console.log(`# not on XS: ${nameOf(file)} needs ${missing}`);
  }
  return suites;
}

/** Suites for the device alone, and what the contract suites in them need. */
function findDeviceSuites(): readonly Suite[] {
  const files = readdirSync("test/xs").filter(name => name.endsWith(".test.ts"));
  return files.map(file => {
    const name = `test/xs/${path.basename(file, ".ts")}`;
    return { name, modules: [name, ...contractsOf(path.join("test/xs", file))] };
  });
}

/** All that a device can run and that have `wanted` in their names. Those that take longest come first. */
export const findSuites = (wanted: string): readonly Suite[] =>
  [...findDeviceSuites(), ...findSharedSuites()].filter(({ name }) => name.includes(wanted));

function contractsOf(file: string): readonly string[] {
  const files = new Set<string>();
  for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8")).importedFiles) {
    if (!fileName.startsWith("xs-ota/test/contract/")) continue;
    const missing = collect(path.join(compiled, `${fileName.slice("xs-ota/".length)}.js`), files);
    if (missing !== undefined) throw new Error(`${fileName} needs ${missing}`);
  }
  return [...files].map(nameOf);
}

/** The module that is evaluated behind a suite, by the suite's place. */
const endOf = (at: number): string => `suite-${at}`;

/** Its text: a suite that has registered no test ends the build. */
const endText = ({ name }: Suite): string =>
  `import "xs-ota/${name}";\nimport { endSuite } from "node:test";\nendSuite("${name}");\n`;

/**
 * The application's main module. The first word of slot-b says with which test it begins; where that is erased, it is
 * the first.
 */
const mainText = (suites: readonly Suite[]): string =>
  [
    `import { device, powerOff } from "xs-ota/host/device";`,
    `import { openPartition } from "xs-ota/host/flash";`,
    ...suites.map((_, at) => `import "${endOf(at)}";`),
    `import { runTests } from "node:test";`,
    `if (device.resetReason !== "power-on") {`,
    `  trace("# reset meanwhile: " + device.resetReason + "\\n");`,
    `  powerOff(2);`,
    `}`,
    `const word = new Uint32Array(1);`,
    `openPartition("slot-b").read(new Uint8Array(word.buffer), 0);`,
    `const from = word[0] === 0xffffffff ? 1 : word[0];`,
    `runTests(from).then(failures => powerOff(failures === 0 ? 0 : 1));`,
  ].join("\n");

/** Modules that are made for the suites that import them, as JavaScript: the vectors are large. */
const vectors: readonly {
  readonly id: string;
  readonly file: string;
  readonly wantedBy: string;
  readonly make: (tls: TlsVectors) => unknown;
}[] = Object.freeze([
  {
    id: "xs-ota/test/vectors/signatures",
    file: "signatures",
    wantedBy: "test/contract/crypto",
    make: () => makeSignatureVectors(),
  },
  {
    id: "xs-ota/test/vectors/tls",
    file: "tls",
    wantedBy: "test/contract/tls",
    make: (tls: TlsVectors) => tls,
  },
]);

/** Whether a suite needs such vectors. */
export const hasVectors = ({ modules }: Suite): boolean =>
  vectors.some(({ wantedBy }) => modules.includes(wantedBy));

/** A module that exports `value`. What is long and the same, as the certificate of many signatures, is in it once. */
function moduleOf(value: unknown): string {
  const strings: string[] = [];
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "string" || part.length < 100) return part;
    if (!strings.includes(part)) strings.push(part);
    return `\0${strings.indexOf(part)}`;
  });
  const shared = text.replace(/"\\u0000(\d+)"/g, "strings[$1]");
  return `const strings = ${JSON.stringify(strings)};\nexport default ${shared};\n`;
}

/**
 * Writes an application that runs suites and switches the device off: with status 0 when all passed, 1 when one did
 * not, 2 when the device was reset meanwhile. Where machines are prepared, all but its main module is evaluated when it
 * is built: the tests are then registered already. `tls` are the servers that the suites of TLS speak with.
 * @returns the path of its manifest.
 */
export async function writeApplication(
  folder: string,
  suites: readonly Suite[],
  tls: TlsVectors,
): Promise<string> {
  const modules = new Set(suites.flatMap(suite => suite.modules));
  const own = [...modules].filter(name => /^(test|hosts\/common)\//.test(name));
  const root = path.relative(folder, ".");
  const at = (name: string): string => path.join(root, name);
  const wanted = vectors.filter(({ wantedBy }) => modules.has(wantedBy));
  const prepared = {
    ...Object.fromEntries(Object.entries(shims).map(([id, file]) => [id, at(file)])),
    "node:assert/deep-equal": at("test/xs/deep-equal"),
    ...Object.fromEntries(wanted.map(({ id, file }) => [id, `./${file}`])),
    ...Object.fromEntries(suites.map((_, place) => [endOf(place), `./${endOf(place)}`])),
    // what only another host's manifest has is tested here, too
    ...Object.fromEntries(own.map(name => [idOf(name), at(name)])),
  };
  const manifest = {
    include: at("manifest.json"),
    modules: { "*": "./main", ...prepared },
    preload: Object.keys(prepared),
    config: { version: "1.0.0" },
    // make check has checked the types, against those of Node
    typescript: { tsconfig: { compilerOptions: { noCheck: true } } },
  };
  mkdirSync(folder, { recursive: true });
  for (const { file, make } of wanted) {
    writeFileSync(path.join(folder, `${file}.js`), moduleOf(await make(tls)));
  }
  for (const [place, suite] of suites.entries()) {
    writeFileSync(path.join(folder, `${endOf(place)}.js`), endText(suite));
  }
  writeFileSync(path.join(folder, "main.js"), `${mainText(suites)}\n`);
  writeFileSync(path.join(folder, "manifest.json"), JSON.stringify(manifest, undefined, 1));
  return path.join(folder, "manifest.json");
}
