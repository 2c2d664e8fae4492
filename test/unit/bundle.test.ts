// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { makeProject } from "xs-ota/test/support/project";
import { buildBundle } from "xs-ota/toolchain/bundle";

type Files = Readonly<Record<string, unknown>>;

const modules = { modules: { "*": "./*" } };

function build(folder: string, config?: Readonly<Record<string, unknown>>): Buffer {
  const out = path.join(folder, "out", "app.xsb");
  buildBundle({
    manifest: path.join(folder, "manifest.json"),
    platform: "linux",
    out,
    ...(config && { config }),
  });
  return readFileSync(out);
}

/** Module names of a bundle. Source: docs/flash-format.md, "Body on Linux". */
function namesOf(bundle: Buffer): readonly string[] {
  const names: string[] = [];
  let offset = 12;
  while (offset < bundle.length) {
    const [name, symbols, code] = [0, 4, 8].map(at => bundle.readUInt32LE(offset + at)) as [
      number,
      number,
      number,
    ];
    names.push(bundle.toString("utf8", offset + 12, offset + 12 + name - 1));
    offset += 12 + name + symbols + code;
  }
  assert.equal(names.length, bundle.readUInt32LE(8));
  return names;
}

function refuses(t: TestContext, files: Files, message: RegExp): void {
  const folder = makeProject(t, { "manifest.json": modules, ...files });
  assert.throws(() => build(folder), { name: "BuildError", message });
  assert.equal(existsSync(path.join(folder, "out", "app.xsb")), false);
}

test("the main module comes first, and the configuration is a module", t => {
  const files = { "a.ts": "export const a = 1;", "main.ts": 'import { a } from "./a.js"; a;' };
  const bundle = build(makeProject(t, { "manifest.json": modules, ...files }));
  assert.equal(bundle.toString("latin1", 0, 4), "XSB1");
  assert.deepEqual(namesOf(bundle), ["main", "a", "mc/config"]);
});

/** The names in a linked bundle, and how many modules at the end are evaluated when a machine is prepared. */
function linkedOrder(t: TestContext, files: Files): { order: readonly string[]; prepared: number } {
  const folder = makeProject(t, files);
  const out = path.join(folder, "app.xsb");
  const manifest = path.join(folder, "manifest.json");
  buildBundle({ manifest, platform: "linux", out, linked: true });
  const bundle = readFileSync(out);
  assert.equal(bundle.toString("latin1", 0, 4), "XSL1");
  let offset = 24;
  for (let names = bundle.readUInt32LE(16); names > 0; names--) {
    offset = bundle.indexOf(0, offset) + 1;
  }
  const rest = Buffer.concat([bundle.subarray(0, 12), bundle.subarray(offset)]);
  return { order: namesOf(rest), prepared: bundle.readUInt32LE(20) };
}

test("in a linked bundle, the preloaded modules that are used come last, in order", t => {
  const { order, prepared } = linkedOrder(t, {
    "a.ts": 'import { b } from "./b.js"; export const a = b;',
    "b.ts": "export const b = 1;",
    "idle.ts": "export const idle = 1;",
    "late.ts": 'import { a } from "./a.js"; export const late = a;',
    "main.ts": 'import { late } from "./late.js"; late;',
    "manifest.json": { ...modules, preload: ["a", "b", "idle"] },
  });
  assert.deepEqual(order, ["main", "late", "b", "a"]);
  assert.equal(prepared, 2);
});

test("in a linked bundle, variables have no names, and private names are those of few properties", t => {
  const counter =
    "class Counter { #count = 0; #step = 2; more() { return this.#count += this.#step; } }";
  const folder = makeProject(t, {
    "a.js": `${counter} export function shown() { const hidden = new Counter().more(); return hidden; }`,
    "main.js": `import { shown } from "./a.js"; class Other { #other = 1; get it() { return this.#other; } } shown(new Other().it);`,
    "manifest.json": modules,
  });
  const out = path.join(folder, "app.xsb");
  const manifest = path.join(folder, "manifest.json");
  buildBundle({ manifest, platform: "linux", out, linked: true });
  const bundle = readFileSync(out);
  const names = bundle.toString("utf8", 24).split("\0").slice(0, bundle.readUInt32LE(16));
  assert.deepEqual(
    new Set(names),
    new Set(["ª0", "ª1", "Counter", "Other", "more", "shown", "it"]),
  );
});

test("a preloaded module cannot import one that is not", t => {
  const files = {
    "a.ts": 'import { b } from "./b.js"; export const a = b;',
    "b.ts": "export const b = 1;",
    "main.ts": 'import { a } from "./a.js"; a;',
    "manifest.json": { ...modules, preload: ["a"] },
  };
  assert.throws(() => linkedOrder(t, files), {
    name: "BuildError",
    message: /a\.js: is preloaded, and imports "b", which is not; add that to "preload", too/,
  });
});

test("a configuration of the build is laid over the manifest's", t => {
  const manifest = { ...modules, config: { version: "1.0.0", kept: "kept-value" } };
  const folder = makeProject(t, { "manifest.json": manifest, "main.js": "" });
  const bundle = build(folder, { version: "7.8.9" }).toString("latin1");
  assert.ok(bundle.includes("7.8.9") && bundle.includes("kept-value"));
  assert.ok(!bundle.includes("1.0.0"));
});

/** A project that has the agent's options among its modules, as every application with an agent does. */
function agentProject(config: unknown): Files {
  const agent = { modules: { "*": "./main", "xs-ota/agent/*": "./agent/*" }, config };
  return { "manifest.json": agent, "main.js": "", "agent/config.js": "" };
}

test("an option of the agent that is out of its range is told with file, line, range and remedy", t => {
  refuses(
    t,
    agentProject({ version: "1.0.0", agent: { statusFrequency: 0 } }),
    /manifest\.json:\d+: "config\.agent\.statusFrequency" is 0, not 1\.\.65536; leave it out for 64/,
  );
});

test("an option that the agent does not have is told with those that it has", t => {
  const message =
    /"config\.agent\.blockSize" is not an option of the agent; known are log2FileBlockSize,/;
  refuses(t, agentProject({ agent: { blockSize: 4096 } }), message);
});

test("an option that the build sets is told as the build's", t => {
  const folder = makeProject(t, agentProject({ agent: { statusFrequency: 8 } }));
  const message = /^the build's config: "agent\.statusFrequency" is "many", not 1\.\.65536/;
  assert.throws(() => build(folder, { agent: { statusFrequency: "many" } }), { message });
});

test("a configuration called agent is left alone where there is no agent", t => {
  const manifest = { ...modules, config: { agent: { name: "007" } } };
  assert.ok(build(makeProject(t, { "manifest.json": manifest, "main.js": "" })).length > 0);
});

test("the same sources give the same bytes", t => {
  const folder = makeProject(t, {
    "manifest.json": modules,
    "main.ts": "const f = (x: TemplateStringsArray): number => x.length; f`a`;",
  });
  assert.deepEqual(build(folder), build(folder));
});

test("a type error is TypeScript's own message", t =>
  refuses(
    t,
    { "main.ts": "const a = 1;\nconst b: string = a;\n" },
    /main\.ts\(2,7\): error TS2322/,
  ));

test("a syntax error in TypeScript is TypeScript's own message", t =>
  refuses(t, { "main.ts": "let a = ;\n" }, /main\.ts\(1,9\): error TS1109/));

test("a syntax error in JavaScript has its file and line", t =>
  refuses(t, { "main.js": "let a = 1;\nlet b = a +;\n" }, /main\.js:2: error: /));

test("an import of no module has its file, line and remedy", t =>
  refuses(
    t,
    { "main.js": "let a = 1;\nimport b from './b.js';\n" },
    /main\.js:2: imports "\.\/b\.js", and there is no module "b"; add it to "modules"/,
  ));

test("an application without a main module is told so", t =>
  refuses(t, { "other.js": "" }, /manifest\.json: has no module "main"/));

test("an error leaves the bundle of the last good build", t => {
  const folder = makeProject(t, { "manifest.json": modules, "main.js": "let a = 1;" });
  const good = build(folder);
  writeFileSync(path.join(folder, "main.js"), "let a = ;");
  assert.throws(() => build(folder), { name: "BuildError" });
  assert.deepEqual(readFileSync(path.join(folder, "out", "app.xsb")), good);
});
