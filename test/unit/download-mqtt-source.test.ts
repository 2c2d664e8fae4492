// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import { CborReader } from "xs-ota/download/cbor";
import { MqttSource, REQUEST_BUFFER } from "xs-ota/download/mqtt-source";
import { cborStreams } from "xs-ota/download/streams";
import type { JobFile } from "xs-ota/job/document";
import { bytesOf } from "../support/hex.js";
import { ScriptedMqtt } from "../support/scripted-mqtt.js";

const file: JobFile = {
  path: "",
  size: 10 * 4096,
  fileId: 0,
  certificateName: "",
  url: undefined,
  authScheme: undefined,
  scheme: "sig-sha256-ecdsa",
  signature: new Uint8Array(0),
  attributes: 0,
  fileType: 0,
};

const STREAM = "$aws/things/T1/streams/S1";

interface Bench {
  readonly mqtt: ScriptedMqtt;
  readonly source: MqttSource;
  /** What the sink heard, in words. */
  readonly heard: string[];
}

function opened(blockSize = 4096, of: JobFile = file): Bench {
  const mqtt = new ScriptedMqtt();
  const cbor = cborStreams(new Uint8Array(REQUEST_BUFFER));
  const source = new MqttSource(mqtt, "T1", "S1", blockSize, cbor);
  const heard: string[] = [];
  source.open(of, {
    onBlock: (blockIndex, bytes) => heard.push(`block ${blockIndex} of ${bytes.length}`),
    onFault: ({ code, message }) => heard.push(`${code}: ${message}`),
    etag: undefined,
  });
  return { mqtt, source, heard };
}

interface Asked {
  readonly l: number;
  readonly o: number;
  readonly b: Uint8Array;
  readonly n: number;
}

/** The request that was sent last. */
function lastRequest(mqtt: ScriptedMqtt): Asked {
  const [, , , hex] = (mqtt.take().at(-1) ?? "").split(" ");
  const reader = new CborReader(bytesOf(hex ?? ""));
  const found: Record<string, unknown> = {};
  reader.map(key => {
    if (key === "c") found[key] = reader.text();
    else found[key] = key === "b" ? reader.byteString() : reader.uint();
  });
  return found as unknown as Asked;
}

/** A bitmap of which only these blocks are wanted. */
function wanting(count: number, blocks: readonly number[], blockSize = 4096): BlockBitmap {
  const bitmap = new BlockBitmap(count * blockSize, blockSize);
  const wanted = new Set(blocks);
  for (let block = 0; block < count; block++) if (!wanted.has(block)) bitmap.receive(block);
  return bitmap;
}

test("it listens for blocks and for refusals", () => {
  assert.deepEqual(opened().mqtt.sent, [
    `SUB q0 ${STREAM}/data/cbor`,
    `SUB q0 ${STREAM}/rejected/cbor`,
  ]);
});

test("the request for one block of a new file is that of v3.3.0", () => {
  const { mqtt, source } = opened();
  mqtt.take();
  assert.equal(source.request(new BlockBitmap(10 * 4096, 4096), 1, 0), 1);
  const golden = "a6616363726479616600616c191000616f00616242ff03616e01";
  assert.deepEqual(mqtt.take(), [`PUB q0 ${STREAM}/get/cbor ${golden}`]);
});

test("a request begins at the first wanted block, rounded down to a byte of the bitmap", () => {
  const { mqtt, source } = opened();
  assert.equal(source.request(wanting(100, [21, 22, 99]), 5, 0), 3);
  const { o, b, n } = lastRequest(mqtt);
  assert.deepEqual([o, n, b[0], b.length], [16, 3, 0b0110_0000, 11]);
});

test("what is wanted before the block that a request is to begin with is not asked for", () => {
  const { mqtt, source } = opened();
  const bitmap = wanting(40, [16, 17, 20, 22, 23, 30]);
  assert.equal(source.request(bitmap, 2, 20), 2);
  const { o, b, n } = lastRequest(mqtt);
  assert.deepEqual([o, [...b], n], [16, [0b1101_0000, 0b0100_0000, 0], 2]);
  assert.equal(bitmap.remaining, 6, "and is wanted still");
  assert.equal(bitmap.firstWanted(), 16);
});

test("no more is asked for than the bitmap of the request shows", () => {
  const { mqtt, source } = opened();
  const far = [8 + 1024, 8 + 1025, 8 + 1026];
  assert.equal(source.request(wanting(2000, [9, 8 + 1023, ...far]), 8, 0), 2);
  const { o, b, n } = lastRequest(mqtt);
  assert.deepEqual([o, b.length, n], [8, 128, 2]);
});

test("no more is asked for than 128 KiB bring", () => {
  const { source } = opened();
  assert.equal(source.request(new BlockBitmap(100 * 4096, 4096), 100, 0), 32);
  const small = opened(256);
  assert.equal(small.source.request(new BlockBitmap(4096 * 256, 256), 9999, 0), 512);
});

test("a request for all of the largest bitmap fits in the buffer", () => {
  const { mqtt, source } = opened(256, { ...file, fileId: 255 });
  const bitmap = wanting(
    98304 + 1024,
    Array.from({ length: 1024 }, (_, at) => 98304 + at),
    256,
  );
  assert.equal(source.request(bitmap, 512, 0), 512);
  assert.deepEqual(lastRequest(mqtt).b, new Uint8Array(128).fill(0xff));
});

test("nothing is asked for when nothing is wanted, or when it is not open", () => {
  const { mqtt, source } = opened();
  mqtt.take();
  assert.equal(source.request(wanting(10, []), 5, 0), 0);
  source.close(false);
  assert.equal(source.request(new BlockBitmap(4096, 4096), 5, 0), 0);
  assert.deepEqual(mqtt.take(), []);
});

/** f 0, i 2, l and p as given. */
const data = (l: string, p: string, f = "00"): Uint8Array =>
  bytesOf(`a46166${f}616902616c${l}6170${p}`);

test("a block is given on", () => {
  const { source, heard } = opened();
  assert.equal(source.onMessage(`${STREAM}/data/cbor`, data("03", "43aabbcc")), true);
  assert.deepEqual(heard, ["block 2 of 3"]);
});

test("a block of another file, or of another length than it says, is a fault and no more", () => {
  const { source, heard } = opened();
  source.onMessage(`${STREAM}/data/cbor`, data("03", "43aabbcc", "01"));
  source.onMessage(`${STREAM}/data/cbor`, data("04", "43aabbcc"));
  assert.deepEqual(heard, [
    "block-malformed: block 2 is of file 1, 3 bytes",
    "block-malformed: block 2 is of file 0, 3 bytes",
  ]);
});

test("a damaged message is a fault and no more", () => {
  const { source, heard } = opened();
  source.onMessage(`${STREAM}/data/cbor`, bytesOf("a4ff"));
  source.onMessage(`${STREAM}/rejected/cbor`, new Uint8Array(0));
  assert.equal(heard.length, 2);
  for (const fault of heard) assert.match(fault, /^block-malformed: CBOR /);
});

test("a refusal is a fault with its code and its words", () => {
  const { source, heard } = opened();
  source.onMessage(`${STREAM}/rejected/cbor`, bytesOf("a2616f65436f646531616d6457686f61"));
  assert.deepEqual(heard, ["stream-rejected: Code1 Whoa"]);
});

test("other messages are not its own, and none is before it opens or after it closes", () => {
  const { source, mqtt, heard } = opened();
  const block = data("03", "43aabbcc");
  for (const topic of ["$aws/things/T1/streams/S2/data/cbor", `${STREAM}/data/json`, "x"]) {
    assert.equal(source.onMessage(topic, block), false, topic);
  }
  source.close(true);
  assert.equal(source.onMessage(`${STREAM}/data/cbor`, block), false);
  const unopened = new MqttSource(
    mqtt,
    "T1",
    "S1",
    4096,
    cborStreams(new Uint8Array(REQUEST_BUFFER)),
  );
  assert.equal(unopened.onMessage(`${STREAM}/data/cbor`, block), false);
  assert.deepEqual(heard, []);
});

test("closing ends the subscriptions when it is asked to, once, and only over a connection", () => {
  const { mqtt, source } = opened();
  mqtt.take();
  source.close(true);
  source.close(true);
  assert.deepEqual(mqtt.take(), [`UNS q1 ${STREAM}/data/cbor`, `UNS q1 ${STREAM}/rejected/cbor`]);
  const kept = opened();
  kept.mqtt.take();
  kept.source.close(false);
  const offline = opened();
  offline.mqtt.take();
  offline.mqtt.disconnect();
  offline.source.close(true);
  assert.deepEqual([kept.mqtt.take(), offline.mqtt.take()], [[], []]);
});

test("a network that refuses is told to the caller", () => {
  const { mqtt, source } = opened();
  mqtt.disconnect();
  assert.throws(() => source.request(new BlockBitmap(4096, 4096), 1, 0), { code: "mqtt-failed" });
});
