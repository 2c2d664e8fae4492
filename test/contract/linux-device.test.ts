// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { type DeviceRun, makeFlash, runDevice } from "xs-ota/test/support/linux-device";
import { makeProject } from "xs-ota/test/support/project";
import { buildBundle } from "xs-ota/toolchain/bundle";

// What becomes of a device whose application misbehaves: it is reset, and knows why. Never does it hang.

/** Ends the second start, telling why there was one. */
const prelude = `
const reason = native("xs_otadevice_resetReason").call();
const powerOff = status => native("xs_otadevice_powerOff").call(undefined, status);
const delay = ms => new Promise(resolve => native("xs_timer_set").call(undefined, resolve, ms));
if (reason !== 0) {
  trace("reset: " + ["power-on", "software", "watchdog", "crash"][reason] + "\\n");
  powerOff(7);
}
`;

function bundleOf(t: TestContext, code: string): Uint8Array {
  const manifest = { modules: { "*": "./main" } };
  const folder = makeProject(t, { "manifest.json": manifest, "main.js": prelude + code });
  const out = path.join(folder, "app.xsb");
  buildBundle({ manifest: path.join(folder, "manifest.json"), platform: "linux", out });
  return readFileSync(out);
}

const run = (t: TestContext, code: string, ...options: string[]): Promise<DeviceRun> =>
  runDevice(makeFlash(bundleOf(t, code)), ["--max-resets", "3", ...options]);

/** Each row: what the application does, its code, why it is reset, what the log says of it. */
const misdeeds: readonly (readonly [string, string, string, RegExp])[] = [
  ["restarts", `native("xs_otadevice_restart").call();`, "software", /reset \(software\)/],
  ["throws", `throw new Error("broken");`, "crash", /unhandled exception: Error: broken/],
  [
    "throws in a timer",
    `native("xs_timer_set").call(undefined, () => { throw new TypeError("late"); }, 1);`,
    "crash",
    /unhandled exception: TypeError: late/,
  ],
  [
    "lets a promise be rejected",
    `Promise.reject(new Error("ignored"));`,
    "crash",
    /unhandled rejection: Error: ignored/,
  ],
  [
    "throws what cannot be printed",
    `throw { toString() { throw 1; } };`,
    "crash",
    /unhandled exception/,
  ],
  [
    "calls a native that is not there",
    `native("xs_no_such_thing");`,
    "crash",
    /has no native "xs_no_such_thing"/,
  ],
  ["recurses without end", `const f = n => f(n + 1) + 1; f(0);`, "crash", /stack overflow/],
  [
    "recurses in C without end",
    `let a = []; for (let i = 0; i < 200000; i++) a = [a]; a.toString();`,
    "crash",
    /stack overflow/,
  ],
  ["eats all memory in slots", `const a = []; for (;;) a.push({ a });`, "crash", /out of memory/],
  [
    "eats all memory in buffers",
    `const a = []; for (;;) a.push(new Uint8Array(1 << 20));`,
    "crash",
    /out of memory/,
  ],
  ["loops for ever", `for (;;);`, "watchdog", /reset \(watchdog\)/],
  [
    "loops for ever in promise jobs",
    `const f = () => Promise.resolve().then(f); f();`,
    "watchdog",
    /reset \(watchdog\)/,
  ],
  [
    "blocks for ever in C",
    `native("xs_timer_delay").call(undefined, Infinity);`,
    "watchdog",
    /reset \(watchdog\)/,
  ],
];

/** Milliseconds. A crash may take long on a busy machine, and the watchdog must not come before it. */
const watchdogFor = (reason: string): string => (reason === "watchdog" ? "1500" : "60000");

for (const [name, code, reason, log] of misdeeds) {
  test(`an application that ${name} is reset, and told "${reason}"`, async t => {
    const result = await run(t, code, "--watchdog-ms", watchdogFor(reason));
    assert.deepEqual(result.console, [`reset: ${reason}`], result.log.join("\n"));
    assert.match(result.log.join("\n"), log);
    assert.equal(result.status, 7);
  });
}

test("an application that is idle is not reset", async t => {
  const result = await run(t, `delay(2500).then(() => powerOff(3));`, "--watchdog-ms", "1000");
  assert.deepEqual([result.status, result.console], [3, []]);
});

test("a device that hangs ends with its supervisor, however that ends", async t => {
  const flash = makeFlash(bundleOf(t, `trace("hangs\\n"); for (;;);`));
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
    const result = await runDevice(flash, ["--watchdog-ms", "60000"], supervisor => {
      supervisor.kill(signal);
    });
    assert.deepEqual([result.status, result.console], [signal === "SIGKILL" ? null : 0, ["hangs"]]);
  }
});

test("resets are counted, and the device is switched off after the last", async t => {
  const flash = makeFlash(bundleOf(t, "").fill(0, 0, 4));
  const result = await runDevice(flash, ["--max-resets", "2"]);
  assert.equal(result.status, 70);
  assert.equal(result.log.filter(line => line.includes("not a bundle")).length, 3);
});

/** Bytes of a bundle's header that must match. Source: docs/flash-format.md, "Body on Linux". */
const header: readonly (readonly [string, number, RegExp])[] = [
  ["magic", 0, /not a bundle/],
  ["XS major version", 4, /another version of XS/],
  ["XS minor version", 5, /another version of XS/],
  ["size of a symbol id", 6, /another version of XS/],
  ["number of opcodes", 7, /another version of XS/],
];

for (const [name, offset, log] of header) {
  test(`a bundle whose ${name} differs is not run, though its signature is valid`, async t => {
    const bundle = bundleOf(t, `trace("ran\\n");`);
    bundle[offset] = Number(bundle[offset]) ^ 1;
    const result = await runDevice(makeFlash(bundle), ["--max-resets", "0"]);
    assert.deepEqual([result.status, result.console], [70, []]);
    assert.match(result.log.join("\n"), log);
  });
}

test("a bundle that is cut anywhere is not run", async t => {
  const bundle = bundleOf(t, `trace("ran\\n"); powerOff(0);`);
  for (const size of [11, 12, 23, 24, 30, bundle.length - 1]) {
    const result = await runDevice(makeFlash(bundle.subarray(0, size)), ["--max-resets", "0"]);
    assert.deepEqual([result.status, result.console], [70, []], `${size} bytes`);
  }
});

test("an image that was changed after it was signed does not start", async t => {
  const flash = makeFlash(bundleOf(t, `trace("ran\\n");`));
  const at = 65536 + 32 + 20;
  flash[at] = Number(flash[at]) ^ 1;
  const result = await runDevice(flash);
  assert.deepEqual([result.status, result.console], [71, []]);
  assert.match(result.log.join("\n"), /wrong-digest/);
});

test("power that fails in a flash operation comes back, and the device starts again", async t => {
  const code = `
const flash = native("xs_flashstorage");
class Flash extends Native("xs_flashstorage_destructor") {}
const data = new Flash(); flash.call(data, "data", undefined);
const bytes = new Uint8Array(8); native("xs_flashstorage_read").call(data, bytes, 0);
trace(bytes.join(" ") + "\\n");
if (bytes[0] !== 255) powerOff(5);
native("xs_flashstorage_write").call(data, new Uint8Array(8), 0);
trace("not reached\\n");`;
  const result = await run(t, code, "--cut", "1", "--tear", "half");
  assert.deepEqual(result.console, [Array(8).fill(255).join(" "), "0 0 0 0 255 255 255 255"]);
  assert.equal(result.status, 5);
});

for (const [name, options, message] of [
  ["no flash", [], /--flash is missing/],
  ["a word that is no number", ["--watchdog-ms", "soon"], /--watchdog-ms wants a number/],
  ["an unknown tear", ["--tear", "badly"], /--tear wants none, half, all or garbled/],
] as const) {
  test(`${name} on the command line is a mistake with a remedy`, async () => {
    const result = await runDevice(undefined, options);
    assert.equal(result.status, 2);
    assert.match(result.log.join("\n"), message);
    assert.match(result.log.join("\n"), /usage: xs-ota-linux/);
  });
}

test("a flash file of another size is refused", async () => {
  const result = await runDevice(new Uint8Array(4096));
  assert.equal(result.status, 2);
  assert.match(result.log.join("\n"), /has not the size of the flash map/);
});
