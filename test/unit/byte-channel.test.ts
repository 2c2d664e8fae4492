// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeCobs, encodeCobs } from "xs-ota/cli/gateway/cobs";
import { EthernetWire, formatEthernet } from "xs-ota/cli/gateway/ethernet";
import { Exchange } from "xs-ota/cli/gateway/gateway";
import { FRAME_MAX, FrameReader, formatFrame, PAYLOAD_MAX } from "xs-ota/cli/gateway/frame";

const packets = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), {
    maxLength: 254,
    size: "max",
  })
  .map(bytes => Uint8Array.from(bytes));

// Source: the examples in Cheshire and Baker, as Wikipedia's article on COBS gives them in bytes.
const examples = [
  ["", "01 00"],
  ["00", "01 01 00"],
  ["00 00", "01 01 01 00"],
  ["11 22 00 33", "03 11 22 02 33 00"],
  ["11 22 33 44", "05 11 22 33 44 00"],
  ["11 00 00 00", "02 11 01 01 01 00"],
] as const;

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("COBS encodes the published examples, and decodes them", () => {
  for (const [plain, coded] of examples) {
    assert.deepEqual(encodeCobs(bytes(plain)), bytes(coded));
    assert.deepEqual(decodeCobs(bytes(coded).subarray(0, -1)), bytes(plain));
  }
});

test("a packet comes out of COBS as it went in, and has no zero inside", () => {
  let withZeros = 0;
  fc.assert(
    fc.property(packets, packet => {
      const coded = encodeCobs(packet);
      if (packet.includes(0)) withZeros++;
      assert.equal(coded.indexOf(0), coded.length - 1);
      assert.deepEqual(decodeCobs(coded.subarray(0, -1)), packet);
    }),
  );
  assert.ok(withZeros > 10);
});

test("frames come out of a stream however it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: PAYLOAD_MAX }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 300 }),
      (payloads, size) => {
        const stream = Buffer.concat(payloads.map((p, i) => formatFrame("data", i + 1, p)));
        const reader = new FrameReader();
        const read: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += size) {
          for (const { payload } of reader.read(stream.subarray(at, at + size))) {
            read.push(Uint8Array.from(payload));
          }
        }
        assert.deepEqual(read, payloads);
      },
    ),
  );
});

test("what is no frame is skipped, and the next one is read", () => {
  const reader = new FrameReader();
  const noise = Uint8Array.of(9, 1, 2, 0, 0, 2, 77, 0);
  const frames = [...reader.read(Buffer.concat([noise, formatFrame("close", 7)]))];
  assert.deepEqual(
    frames.map(({ type, socket }) => [type, socket]),
    [["close", 7]],
  );
});

/** A link to a board that a test plays: what it is sent is kept. */
class Link extends Duplex {
  readonly sent: Buffer[] = [];
  override _read(): void {
    // the test pushes
  }
  override _write(bytes: Buffer, _: unknown, done: () => void): void {
    this.sent.push(bytes);
    done();
  }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
/** A board asks for a frame with one that brings nothing. */
const question = formatEthernet(new Uint8Array(0));
/** Source: docs/byte-channel.md. */
const bytesIn = (frame: Buffer): Buffer => frame.subarray(20, 20 + frame.readUInt16BE(18));

test("over Ethernet a board is sent one frame each time that it asks, and every byte once", async () => {
  const link = new Link();
  const wire = new EthernetWire(link);
  const all = Buffer.from(Uint8Array.from({ length: 4000 }, (_, i) => i % 251));
  wire.write(all.subarray(0, 1000));
  wire.write(all.subarray(1000));
  await turn();
  assert.equal(link.sent.length, 0);
  for (let asked = 1; asked <= 4; asked++) {
    link.push(question);
    await turn();
    assert.equal(link.sent.length, Math.min(asked, 3));
  }
  assert.deepEqual(Buffer.concat(link.sent.map(bytesIn)), all);
  assert.ok(link.sent.every(frame => frame.length === 4 + frame.readUInt32BE(0)));
  assert.ok(link.sent.every(frame => frame.length - 4 <= 1514));
  wire.write(all.subarray(0, 1));
  await turn();
  assert.equal(link.sent.length, 4, "the last question is still open");
});

test("a gateway that was started anew says so to a device that sends what belongs to no connection", async () => {
  const link = new Link();
  new Exchange(link);
  link.push(formatFrame("room", 5, Uint8Array.of(1, 0)));
  link.push(formatFrame("data", 5, Uint8Array.of(1)));
  await turn();
  assert.deepEqual(Buffer.concat(link.sent), Buffer.from(formatFrame("close", 5)));
});

test("bytes come out of Ethernet frames however the stream is cut, and other frames are skipped", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 400 }),
      async (pieces, size) => {
        const link = new Link();
        const received: Buffer[] = [];
        new EthernetWire(link).on("data", (data: Buffer) => received.push(data));
        const stranger = Buffer.from(formatEthernet(Uint8Array.of(9)));
        stranger[16] = 0x08; // the type: IPv4
        const runt = Uint8Array.of(0, 0, 0, 1, 7);
        const stream = Buffer.concat(
          pieces.flatMap(piece => [formatEthernet(piece), stranger, runt]),
        );
        for (let at = 0; at < stream.length; at += size) link.push(stream.subarray(at, at + size));
        await turn();
        assert.deepEqual(Buffer.concat(received), Buffer.concat(pieces));
      },
    ),
  );
});

test("the longest frame there can be is read", () => {
  const payload = new Uint8Array(PAYLOAD_MAX).fill(7);
  const coded = formatFrame("data", 1, payload);
  assert.equal(coded.length - 1, FRAME_MAX);
  assert.deepEqual(
    [...new FrameReader().read(coded)].map(frame => frame.payload),
    [payload],
  );
});

for (const size of [1, 100, 10_000]) {
  test(`a frame without an end is dropped, and said to be, in pieces of ${size}; the next one is read`, () => {
    const problems: string[] = [];
    const reader = new FrameReader(problem => problems.push(problem));
    const endless = new Uint8Array(10_000).fill(1);
    for (let at = 0; at < endless.length; at += size) {
      assert.deepEqual([...reader.read(endless.subarray(at, at + size))], []);
      assert.ok(reader.held <= FRAME_MAX, `${reader.held} bytes are held`);
    }
    assert.deepEqual(problems, ["a frame of more than 255 bytes is dropped"]);
    const frames = [...reader.read(Buffer.concat([Uint8Array.of(0), formatFrame("close", 7)]))];
    assert.deepEqual(
      frames.map(({ type, socket }) => [type, socket]),
      [["close", 7]],
    );
  });
}
