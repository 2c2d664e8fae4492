// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { boards, packageRoot, type Board } from "xs-ota/cli/boards";
import { ConsoleLog } from "xs-ota/cli/demo/console-log";
import { startDevice } from "xs-ota/cli/device-process";
import { temporaryFolder } from "xs-ota/test/support/files";
import { machineCode } from "xs-ota/toolchain/machine-code";
import { prepareBody } from "xs-ota/toolchain/prepare";

const program = "an-emulator-that-is-not-there";

test("a board whose emulator is not installed is refused with what installs it, and leaves nothing behind", async t => {
  const flash = path.join(temporaryFolder(t), "flash");
  writeFileSync(flash, "");
  const { emulator }: Board = boards["riscv-virt"];
  assert.ok(emulator);
  const board: Board = { ...boards["riscv-virt"], emulator: { ...emulator, program } };
  const device = startDevice({ board, flash, onLine: () => undefined });
  await assert.rejects(device.ended, {
    kind: "tool",
    message: `${program} is not installed`,
    remedy: /make deps-boards/,
  });
  await device.stop();
  assert.ok(!existsSync(`${flash}.memory`));
});

for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGKILL"] as const) {
  test(
    `a device ends with the process that runs it, when ${signal} ends that`,
    { timeout: 30_000 },
    async t => {
      const folder = temporaryFolder(t);
      const server = createServer().listen(0, "127.0.0.1");
      t.after(() => server.close());
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const machine = path.join(folder, "machine");
      const connect = `require("node:net").connect(${port}, "127.0.0.1")`;
      writeFileSync(machine, `#!${process.execPath}\n${connect}\n`, { mode: 0o755 });
      const board = { ...boards.linux, executable: path.relative(packageRoot, machine) };
      const options = JSON.stringify({ board, flash: "none" });
      const from = import.meta.resolve("xs-ota/cli/device-process");
      const run = `import { startDevice } from "${from}"; startDevice({ ...${options}, onLine() {} });`;
      const runner = spawn(process.execPath, ["--input-type=module", "-e", run]);
      const [device] = (await once(server, "connection")) as [Socket];
      t.after(() => device.destroy());
      const [closed, ended] = [
        new Promise(resolve => device.once("close", resolve)),
        once(runner, "exit"),
      ];
      device.on("error", () => undefined); // it is reset
      runner.kill(signal);
      assert.deepEqual(await ended, [null, signal]);
      await closed;
    },
  );
}

test("an image is not prepared without the emulator, and the message says what installs it", () => {
  const preparation = machineCode["riscv-virt"]?.preparation;
  assert.ok(preparation);
  const nothing = { body: new Uint8Array(64), bundleSize: 32, rom: "none" };
  assert.throws(() => prepareBody(nothing, { ...preparation, program }), {
    message: new RegExp(`^${program} is not installed.*make deps-boards`),
  });
});

test("who waits for a line of a device that has ended is told why, until it is switched on again", async () => {
  const log = new ConsoleLog();
  const waiting = log.waitFor(/never/);
  log.add("boot: not-bootable");
  log.end(new Error("it has ended"));
  await assert.rejects(waiting, /it has ended/);
  await assert.rejects(log.waitFor(/never/), /it has ended/);
  assert.equal((await log.waitFor(/boot: (.*)/))[1], "not-bootable");
  log.begin();
  const again = log.waitFor(/runs/);
  log.add("runs");
  assert.equal((await again)[0], "runs");
});
