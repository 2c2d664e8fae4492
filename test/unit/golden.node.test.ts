// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import { CborWriter } from "xs-ota/download/cbor";
import { writeGetStream } from "xs-ota/download/streams";
import { formatStatus, type StatusReport } from "xs-ota/job/status";
import {
  getStreamTopic,
  nextJobTopic,
  notifyNextTopic,
  streamDataTopic,
  updateJobTopic,
} from "xs-ota/job/topics";
import { parseVersion } from "xs-ota/job/version";
import { OtaError } from "xs-ota/pal/error";
import { readGolden } from "../support/golden.js";

const golden = readGolden();
const payloads = (heading: string): readonly string[] =>
  (golden.get(heading) ?? []).filter(({ verb }) => verb === "PUB").map(({ payload }) => payload);

const version = parseVersion("1.9.2");
const failed = (error: OtaError): StatusReport => ({ kind: "failed", error });

test("the transcript is whole", () => {
  const counts = [...golden].map(([heading, lines]) => [heading, lines.length]);
  assert.deepEqual(counts, [
    ["", 6],
    ["receiving 0/10", 1],
    ["receiving 64/180", 1],
    ["ready/active", 2],
    ["accepted", 1],
    ["nonfw type 3", 1],
    ["rejected/aborted", 2],
    ["fail val", 4],
  ]);
});

test("every topic of the transcript is one that we make, for the same thing, job and stream", () => {
  const ours = new Set([
    notifyNextTopic("T1"),
    nextJobTopic("T1"),
    updateJobTopic("T1", "AFR_OTA-j"),
    streamDataTopic("T1", "S1", "cbor"),
    getStreamTopic("T1", "S1", "cbor"),
  ]);
  const theirs = new Set([...golden.values()].flat().map(({ topic }) => topic));
  assert.deepEqual([...theirs].sort(), [...ours].sort());
});

test("the request for blocks is theirs, byte for byte", () => {
  const [theirs] = [...golden.values()].flat().filter(({ topic }) => topic.endsWith("/get/cbor"));
  const writer = new CborWriter(new Uint8Array(64));
  const { bits } = new BlockBitmap(9 * 4096 + 1, 4096);
  const request = { fileId: 0, blockSize: 4096, blockOffset: 0, bitmap: bits, blockCount: 1 };
  writeGetStream(writer, request);
  assert.equal(Buffer.from(writer.bytes).toString("hex"), theirs?.payload);
});

/** Reports whose messages are theirs byte for byte. */
const same: readonly (readonly [heading: string, reports: readonly StatusReport[]])[] = [
  ["receiving 64/180", [{ kind: "receiving", received: 64, total: 180 }]],
  [
    "ready/active",
    [
      { kind: "ready", version },
      { kind: "active", version },
    ],
  ],
  ["accepted", [{ kind: "accepted", version, updatedBy: parseVersion("1.9.1") }]],
];

for (const [heading, reports] of same) {
  test(`${heading}: the status is theirs, byte for byte`, () => {
    assert.deepEqual(
      reports.map(report => formatStatus(report)),
      payloads(heading),
    );
  });
}

test("a progress of 0 is theirs but for the zero, which they leave out", () => {
  const ours = formatStatus({ kind: "receiving", received: 0, total: 10 });
  assert.deepEqual([ours.replace('"0/', '"/')], payloads("receiving 0/10"));
  assert.ok(ours.includes('"0/10"'));
});

test("the end of another file type is theirs but for the zeros, which they leave out", () => {
  const ours = formatStatus({ kind: "received", fileType: 3 });
  assert.deepEqual([ours.replace(/(?<=v|\.)0/g, "")], payloads("nonfw type 3"));
  assert.ok(ours.includes("v0.0.3") && ours.includes("v0.0.0"));
});

/** Failures, in the order of the transcript. */
const failures: readonly (readonly [heading: string, errors: readonly OtaError[]])[] = [
  ["rejected/aborted", [new OtaError("version-same", "m"), new OtaError("user-aborted", "m")]],
  ["fail val", [new OtaError("signature-invalid", "m"), new OtaError("job-malformed", "m", 3)]],
];

for (const [heading, errors] of failures) {
  test(`${heading}: but for our detail and the verdict REJECTED, the status is theirs, byte for byte`, () => {
    const ours = errors.map(error =>
      formatStatus(failed(error))
        .replace(`,"detail":"${error.code}: m"`, "")
        .replace('"status":"REJECTED"', '"status":"FAILED"'),
    );
    assert.deepEqual(ours, payloads(heading));
  });
}
