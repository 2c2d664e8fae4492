// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { boards, type Board } from "xs-ota/cli/boards";
import { ConsoleLog } from "xs-ota/cli/demo/console-log";
import { EthernetWire, formatEthernet } from "xs-ota/cli/gateway/ethernet";
import { FrameReader } from "xs-ota/cli/gateway/frame";
import { Exchange, type Gateway, type WireKind } from "xs-ota/cli/gateway/gateway";
import { outcomeOf } from "xs-ota/test/support/stage";
import { board, openStage } from "./bench.js";

/** A gateway as any other, but that it also sends what a test gives it. */
interface Liar extends Gateway {
  lie(frame: Uint8Array): void;
  /** What the board has asked for. */
  readonly reports: ConsoleLog;
}

async function openLiar(t: TestContext): Promise<Liar> {
  const wires: Socket[] = [];
  const reports = new ConsoleLog();
  const server = createServer(wire => {
    wires.push(wire);
    new Exchange(new EthernetWire(wire), line => reports.add(line));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = (): void => {
    for (const wire of wires) wire.destroy();
    server.close();
  };
  t.after(close);
  const { port } = server.address() as AddressInfo;
  return { port, close, reports, lie: frame => void wires.at(-1)?.write(frame) };
}

/** Source: docs/byte-channel.md, "Over Ethernet": how many bytes a frame brings is at 14, behind the length as u32. */
function frameOf(length: number, count: number): Uint8Array {
  const frame = formatEthernet(new Uint8Array(length));
  new DataView(frame.buffer).setUint16(4 + 14, count);
  return frame;
}

const lies: readonly (readonly [string, Uint8Array])[] = [
  ["as many bytes as can be said", frameOf(100, 0xffff)],
  ["one byte more than are in it", frameOf(100, 101)],
];

/** Source: docs/byte-channel.md, "Frames": a reset, of 4 bytes that the board has not sent; but once in 2^32 times. */
const strangeReset = formatEthernet(Uint8Array.of(1, 1, 5, 0xd, 0xe, 0xa, 0xf, 0));

const { emulator }: Board = boards[board];

/** A gateway that is started a little after the board: the board's first frame is lost. */
async function openLate(t: TestContext, kind: WireKind): Promise<Gateway> {
  const server = createServer(socket => {
    const wire = kind === "ethernet" ? new EthernetWire(socket) : socket;
    const reader = new FrameReader();
    const miss = (bytes: Buffer): void => {
      if ([...reader.read(bytes)].length === 0) return;
      wire.off("data", miss);
      new Exchange(wire);
    };
    wire.on("data", miss);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
  };
  t.after(close);
  return { port, close };
}

if (emulator !== undefined) {
  test(
    `${board}: a gateway that starts after the board is found`,
    { timeout: 120_000 },
    async t => {
      const stage = await openStage(t, { gateway: await openLate(t, emulator.wire) });
      stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
      const jobId = await stage.deploy(stage.makeFirmware({ version: "1.1.0" }));
      assert.equal((await outcomeOf(stage, jobId)).status, "SUCCEEDED");
    },
  );
}

if (emulator?.wire === "ethernet") {
  test(
    `${board}: a frame that says it has more than it has ends what is connected, a reset that is no answer nothing`,
    { timeout: 120_000 },
    async t => {
      const gateway = await openLiar(t);
      const stage = await openStage(t, { gateway });
      stage.installDevice(stage.makeFirmware({ version: "1.0.0" }));
      await stage.console.waitFor(/runs 1\.0\.0/);
      let asked = 0;
      for (const [what, frame] of lies) {
        await gateway.reports.waitFor(/^socket /, asked);
        const { length } = stage.console.lines;
        asked = gateway.reports.lines.length;
        gateway.lie(frame);
        const [seen] = await stage.console.waitFor(/^connection: .*|^boot: .*/, length);
        assert.match(seen, /^connection/, `a frame says it has ${what}`);
      }
      await gateway.reports.waitFor(/^socket /, asked);
      gateway.lie(strangeReset);
      const jobId = await stage.deploy(stage.makeFirmware({ version: "1.1.0" }));
      assert.equal((await outcomeOf(stage, jobId)).status, "SUCCEEDED");
    },
  );
}
