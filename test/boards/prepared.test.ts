// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { buildFirmware } from "xs-ota/cli/firmware";
import { makeProject } from "xs-ota/test/support/project";
import { board, openStage } from "./bench.js";

/** What a preloaded module may import that no other does. */
const inner = `export const used = () => "this is used", idle = () => "nobody asks for this";`;

/** An application one of whose modules, `early`, is evaluated when the image is built. @returns its manifest's path. */
function makeApplication(t: TestContext, early: string, main: string): string {
  const folder = makeProject(t, {
    "manifest.json": {
      include: path.join(packageRoot, "manifest.json"),
      modules: { "*": ["./main", "./early", "./inner"] },
      preload: ["early", "inner"],
    },
    "main.js": main,
    "early.js": early,
    "inner.js": inner,
  });
  return path.join(folder, "manifest.json");
}

function buildWithEarly(t: TestContext, source: string, more = ""): Uint8Array {
  const main = `import { kept } from "early"; trace(typeof kept, "\\n"); ${more}`;
  const manifest = makeApplication(t, source, main);
  return buildFirmware({
    manifest,
    platform: board,
    version: "1.0.0",
    config: {},
    out: path.join(path.dirname(manifest), "1.0.0.img"),
  });
}

const digest = `import { crypto } from "xs-ota/common/crypto"; const digest = crypto.sha256();`;

test(`${board}: a module of "preload" may use an object of C's while it is evaluated`, t => {
  buildWithEarly(t, `${digest} export const kept = digest.digest();`);
});

test(`${board}: a module of "preload" that keeps an object of C's is refused: the image would point into RAM`, t => {
  assert.throws(
    () => buildWithEarly(t, `${digest} export const kept = digest;`),
    /"preload" could not be evaluated.*\n# a module keeps an object of C's/,
  );
});

test(`${board}: a module of "preload" that throws is refused, with what it threw`, t => {
  assert.throws(
    () => buildWithEarly(t, `export const kept = 1; throw new Error("too early");`),
    /"preload" could not be evaluated.*\n.*too early/s,
  );
});

/** What a preloaded module makes, and what XS lets a device change of it. */
const early = `
class One { #a = 1; next() { return ++this.#a; } }
class Two { #a = 1; #b = 1; next() { return ++this.#a; } other() { return this.#b; } }
class Method { #a = 1; #step() { return ++this.#a; } next() { return this.#step(); } }
class Static { static #a = 1; static next() { return ++Static.#a; } }
function Maker() { this.made = 2; }
Maker.prototype.seen = true;
function factory() { return { made: 2 }; }
let variable = 1;
const object = { a: 1 }, list = [1], bytes = new Uint8Array(1), map = new Map();
const one = new One(), two = new Two(), method = new Method();
export const changes = {
  variable: () => ++variable,
  object: () => ++object.a,
  list: () => list.push(2),
  "a private field": () => one.next(),
  "the first of two private fields": () => two.next(),
  "the second, then": () => two.other(),
  "how many are listed": () => Object.keys({ ...two }).length,
  "a private field beside a private method": () => method.next(),
  "a static one": () => Static.next(),
  "what a function makes": () => { const { made, seen } = new Maker(); return seen && made; },
  "what one makes without this": () => new factory().made,
  "what inherits from that": () => new (class extends factory {})().made,
  buffer: () => ++bytes[0],
  map: () => map.set(1, 1).size,
};`;

const main = `import { changes } from "early";
for (const [name, change] of Object.entries(changes)) {
  try { trace("change ", name, ": ", change(), "\\n"); } catch (error) { trace("change ", name, ": ", error.name, "\\n"); }
}
trace("changed\\n");`;

test(`${board}: what a module of "preload" has made can be changed as docs/adr/0013 says`, async t => {
  const stage = await openStage(t);
  const manifest = makeApplication(t, early, main);
  stage.installDevice(stage.makeFirmware({ manifest, version: "1.0.0" }));
  await stage.console.waitFor(/^changed$/);
  assert.deepEqual(
    stage.console.lines.flatMap(line => /^change (.*)/.exec(line)?.[1] ?? []),
    [
      "variable: 2",
      "object: 2",
      "list: 2",
      "a private field: 2",
      "the first of two private fields: 2",
      "the second, then: 1",
      "how many are listed: 0",
      "a private field beside a private method: 2",
      "a static one: TypeError",
      "what a function makes: 2",
      "what one makes without this: 2",
      "what inherits from that: 2",
      "buffer: TypeError",
      "map: TypeError",
    ],
  );
});

test(`${board}: what a module runs once is not in the image, its functions are`, t => {
  const image = buildWithEarly(
    t,
    `const once = "this is run once".length; export const kept = () => "this is kept" + once;`,
  );
  const text = Buffer.from(image).toString("latin1");
  assert.ok(text.includes("this is kept"));
  assert.ok(!text.includes("this is run once"));
});

test(`${board}: what no module of the image can ask for is not in it`, t => {
  const source = `import { used } from "inner"; export const kept = used;`;
  const has = (image: Uint8Array, text: string): boolean => Buffer.from(image).includes(text);
  const fixed = buildWithEarly(t, source);
  assert.ok(has(fixed, "this is used"));
  assert.ok(!has(fixed, "nobody asks for this"));
  const open = buildWithEarly(t, source, `import(["in", "ner"].join(""));`);
  assert.ok(has(open, "nobody asks for this"));
});

test(`${board}: modules that the image has no bytecode of can be imported, and none that is not there`, async t => {
  const names = ["xs-ota/job/utf8", "length", "nothing"];
  const imports = `
    for (const name of ${JSON.stringify(names)})
      import(name).then(
        ({ encodeUtf8 }) => trace(name, " is ", typeof encodeUtf8, "\\n"),
        error => trace(name, " fails: ", String(error), "\\n"),
      );`;
  const manifest = makeApplication(
    t,
    `export { encodeUtf8 } from "xs-ota/job/utf8";`,
    `import "early"; ${imports}`,
  );
  const stage = await openStage(t);
  stage.installDevice(stage.makeFirmware({ version: "1.0.0", manifest }));
  await stage.console.waitFor(/xs-ota\/job\/utf8 is function/);
  await stage.console.waitFor(/length fails: \w*Error: no module/);
  await stage.console.waitFor(/nothing fails: .*not found/);
});
