// SPDX-License-Identifier: MIT
import { readImageFacts } from "xs-ota/image/facts";
import { parseProgress, formatProgress } from "xs-ota/agent/progress";
import { readIdentity } from "xs-ota/common/identity";
import { HttpParser } from "xs-ota/common/network/http-parser";
import { isPublish, MqttParser } from "xs-ota/common/network/mqtt-parser";
import { decodePem } from "xs-ota/common/pem";
import { parseEcdsaSignature } from "xs-ota/common/ecdsa-signature";
import { FrameReader, formatFrame } from "xs-ota/cli/gateway/frame";
import { cborStreams } from "xs-ota/download/streams";
import { formatDeltaHeader, parseDeltaHeader } from "xs-ota/delta/header";
import { readWindow, WindowDecoder } from "xs-ota/delta/vcdiff";
import { jsonStreams } from "xs-ota/download/json-streams";
import { crypto } from "xs-ota/host/crypto";
import { readImageInfo } from "xs-ota/image/info";
import { jobIdOf, parseJob } from "xs-ota/job/document";
import { outlineOf, parseJson } from "xs-ota/job/json";
import { decodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import type { FlashPartition } from "xs-ota/pal/flash";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { blockMessage, jobMessage } from "./agent-bench.js";
import { certificateFor } from "./certificate.js";
import type { FuzzTarget } from "./fuzz.js";
import { bytesOf } from "./hex.js";
import { SimFlash } from "./sim-flash.js";
import { makeImage, sourceOf, trusted } from "./signed-images.js";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));

/** Gives a parser that reads from its own space a stream of bytes. @param body takes a body's or a message's bytes out of the stream */
function feed<T>(
  bytes: Uint8Array,
  parser: { readonly space: Uint8Array; accept(count: number): T | undefined },
  taken: (event: T) => number,
): void {
  for (let at = 0; at < bytes.length;) {
    const { space } = parser;
    const count = Math.min(space.length, bytes.length - at);
    space.set(bytes.subarray(at, at + count));
    at += count;
    const event = parser.accept(count);
    if (event !== undefined) at += taken(event);
  }
}

/** The network modules throw plain errors, for ECMA-419 has no others; a TypeError or a RangeError is a mistake. */
const isPlainError = (error: unknown): boolean =>
  error instanceof OtaError || (error instanceof Error && error.constructor === Error);

function readHttp(bytes: Uint8Array): void {
  const parser = new HttpParser("GET");
  feed(bytes, parser, event => {
    const next = event.type === "head" ? parser.next() : event;
    if (next?.type !== "body") return 0;
    parser.next();
    return next.byteLength === Infinity ? bytes.length : next.byteLength;
  });
}

function readMqtt(bytes: Uint8Array): void {
  feed(bytes, new MqttParser(), packet => (isPublish(packet) ? packet.byteLength : 0));
}

const small = { size: 1024, blockSize: 256, writeSize: 4, erasedByte: 0xff };

/** A partition that holds these bytes, by whatever chance. */
function flashOf(bytes: Uint8Array, geometry = small): SimFlash {
  const flash = new SimFlash(geometry);
  flash.corrupt(0, ...bytes.subarray(0, geometry.size));
  return flash;
}

const record = formatProgress({
  phase: "receiving",
  jobId: "AFR_OTA-j",
  fileIndex: 0,
  log2BlockSize: 12,
  fileType: 0,
  previous: 0x01000000,
  size: 40_000,
  identity: new Uint8Array(16).fill(1),
  image: new Uint8Array(32),
  note: "note",
  etag: '"etag"',
  bitmap: Uint8Array.of(0xff, 0x03),
});

function journalSeed(): Uint8Array {
  const flash = new SimFlash(small);
  const journal = new FlashJournal(flash);
  for (let saves = 0; saves < 5; saves++) journal.save(record);
  return flash.contents();
}

/** Whatever was there: a journal gives a record or none, takes another one, and gives that back. */
function useJournal(bytes: Uint8Array): void {
  const flash = flashOf(bytes);
  const found = new FlashJournal(flash).load();
  if (found !== undefined) parseProgress(found);
  new FlashJournal(flash).save(record);
  if (new FlashJournal(flash).load()?.length !== record.length) throw new Error("not kept");
}

const slot = { size: 1536, blockSize: 256, writeSize: 4, erasedByte: 0xff };

/** Two slots of any content: every question has an answer, and a request that is taken is there afterwards. */
function useTrailers(bytes: Uint8Array): void {
  const [a, b] = [flashOf(bytes, slot), flashOf(bytes.subarray(slot.size), slot)];
  const control = new McubootControl(a, b);
  control.imageState();
  control.identify("running");
  control.identify("spare");
  control.clearSpare();
  control.setPending();
  control.confirm();
  control.imageState();
}

function trailerSeed(): Uint8Array {
  const [a, b] = [new SimFlash(slot), new SimFlash(slot)];
  a.write(image.bytes.subarray(0, image.bytes.length & ~3), 0);
  b.write(image.bytes.subarray(0, image.bytes.length & ~3), 0);
  new McubootControl(a, b).setPending();
  return new Uint8Array([...a.contents(), ...b.contents()]);
}

const image = makeImage("1.2.3", 600, 7);
const espImage = new Uint8Array(400);
espImage.set([0xe9, 2, 0, 0x20]);
espImage.set([0x32, 0x54, 0xcd, 0xab], 32);
espImage.set(utf8("1.2.3"), 48);

const http = (text: string): Uint8Array => utf8(text.replace(/\n/g, "\r\n"));
const pem = await certificateFor(Buffer.from(publicKeyDer(), "base64"));

function publicKeyDer(): string {
  return trusted.publicPem.replace(/-----[^-]+-----|\s/g, "");
}

const identity = {
  thingName: "t",
  endpoint: { host: "h", port: 8883 },
  certificates: { c: pem },
};

/** The window by xdelta3 of test/unit/delta-vcdiff.test.ts. */
const deltaSeed = bytesOf(
  "019362004d9436000f23152d616e20696e73657274696f6e7a2113831000281384580d438a32255314431543145313331443" +
    "143314431433144f001f0200822c87048e3d870181098129815258542c2a5854",
);

const deltaHeader = formatDeltaHeader({
  version: 0x01010000,
  securityCounter: 1,
  deviceClass: undefined,
  baseSize: 4000,
  base: new Uint8Array(32).fill(1),
  targetSize: 5000,
  target: new Uint8Array(32).fill(2),
});

/** A source that is read within its bounds, or not at all. */
function boundedSource(bytes: Uint8Array): Pick<FlashPartition, "read"> {
  return {
    read(into, offset) {
      if (offset < 0 || offset + into.length > bytes.length) throw new RangeError("out of bounds");
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
}

const digest = new Uint8Array(32).fill(1);
const signature = Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1);

/** Everything in TypeScript that reads bytes which somebody else has made. */
export const fuzzTargets: readonly FuzzTarget[] = Object.freeze([
  {
    name: "job documents",
    seeds: [
      json(jobMessage(40_000)),
      json(jobMessage(9, { statusDetails: { self_test: "ready", updatedBy: "0x01000000" } })),
      json(jobMessage(9, { protocols: ["HTTP"], file: { update_data_url: "https://u" } })),
      json({ execution: {} }),
      utf8("[".repeat(3000)),
      json({ execution: { jobId: "j", jobDocument: { a: Array(400).fill([[]]) } } }),
    ],
    run: bytes => {
      jobIdOf(outlineOf(bytes));
      const message = parseJson(bytes);
      jobIdOf(message);
      parseJob(message, "sig-sha256-ecdsa");
    },
  },
  {
    name: "stream messages in CBOR",
    seeds: [blockMessage(image.bytes, 0), Uint8Array.of(0xa1, 0x61, 0x6f, 0x61, 0x78)],
    run: bytes => {
      const codec = cborStreams(new Uint8Array(256));
      codec.readRejection(bytes);
      codec.readBlock(bytes);
    },
  },
  {
    name: "stream messages in JSON",
    seeds: [json({ f: 0, i: 1, l: 3, p: "AAAA" }), json({ o: "x", m: "y" })],
    run: bytes => {
      jsonStreams.readRejection(bytes);
      jsonStreams.readBlock(bytes);
    },
  },
  {
    name: "MQTT packets",
    seeds: [
      Uint8Array.of(0x20, 2, 0, 0, 0x90, 3, 0, 1, 1, 0x40, 2, 0, 1, 0xd0, 0),
      Uint8Array.of(0x32, 9, 0, 3, 0x61, 0x2f, 0x62, 0, 7, 1, 2, 0x30, 5, 0, 1, 0x61, 9, 9),
    ],
    run: readMqtt,
    isRefusal: isPlainError,
  },
  {
    name: "HTTP responses",
    seeds: [
      http(
        'HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-3/9\nETag: "e"\nContent-Length: 4\n\nabcd',
      ),
      http("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n4\nabcd\n0;x=y\n\n0\n\n"),
      http("HTTP/1.1 100 Continue\n\nHTTP/1.1 404 Not Found\nConnection: close\n\nno"),
    ],
    run: readHttp,
    isRefusal: isPlainError,
  },
  {
    name: "image headers and TLVs",
    seeds: [image.bytes, image.bytes.subarray(0, 40), espImage],
    run: bytes => {
      readImageInfo(bytes, 4096);
      readImageFacts(sourceOf(bytes), bytes.length);
    },
  },
  {
    name: "deltas",
    seeds: [deltaSeed],
    run: bytes => {
      const base = sourceOf(new Uint8Array(4096));
      const window = readWindow(boundedSource(bytes), 0, bytes.length, 4096);
      if (window.targetSize > 65_536) throw new OtaError("image-too-large", "a window");
      new WindowDecoder(base).decode(window, new Uint8Array(window.targetSize));
    },
  },
  { name: "delta headers", seeds: [deltaHeader], run: bytes => void parseDeltaHeader(bytes) },
  { name: "trailers", seeds: [trailerSeed(), new Uint8Array(2 * slot.size)], run: useTrailers },
  { name: "journals", seeds: [journalSeed(), new Uint8Array(small.size)], run: useJournal },
  { name: "records of progress", seeds: [record], run: bytes => void parseProgress(bytes) },
  {
    name: "certificates",
    seeds: [utf8(pem)],
    run: bytes => void crypto.verify("sig-sha256-ecdsa", bytes, digest, digest),
  },
  {
    name: "PEM",
    seeds: [utf8(pem)],
    run: bytes => void decodePem(decodeUtf8(bytes), "CERTIFICATE"),
  },
  {
    name: "ECDSA signatures",
    seeds: [signature, Uint8Array.of(0x30, 8, 2, 2, 0, 0x81, 2, 2, 0, 0x90)],
    run: bytes => void parseEcdsaSignature(bytes),
  },
  {
    name: "identities",
    seeds: [json(identity)],
    run: bytes => void readIdentity(flashOf(bytes, { ...small, size: 2048 })),
  },
  {
    name: "frames of the byte channel",
    seeds: [
      new Uint8Array([...formatFrame("data", 1, utf8("abc")), 0, ...formatFrame("close", 2), 0]),
    ],
    run: bytes => {
      const reader = new FrameReader();
      for (const frame of reader.read(bytes))
        if (frame.payload.length > 252) throw new Error("long");
    },
  },
]);
