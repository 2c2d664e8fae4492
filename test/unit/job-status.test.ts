// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatStatus, isTerminal, type StatusReport } from "xs-ota/job/status";
import { parseVersion } from "xs-ota/job/version";
import { OtaError, type OtaErrorCode } from "xs-ota/pal/error";

interface Sent {
  readonly status: string;
  readonly statusDetails: Readonly<Record<string, string | undefined>>;
}

const sent = (report: StatusReport): Sent => JSON.parse(formatStatus(report)) as Sent;
const version = parseVersion("0.9.3");

/** Byte for byte as v3.3.0, where no number is 0. */
const progress: readonly (readonly [report: StatusReport, json: string])[] = [
  [
    { kind: "receiving", received: 64, total: 180 },
    '{"status":"IN_PROGRESS","statusDetails":{"receive":"64/180"}}',
  ],
  [
    { kind: "ready", version: parseVersion("0.9.2") },
    '{"status":"IN_PROGRESS","statusDetails":{"self_test":"ready","updatedBy":"0x00090002"}}',
  ],
  [
    { kind: "active", version },
    '{"status":"IN_PROGRESS","statusDetails":{"self_test":"active","updatedBy":"0x00090003"}}',
  ],
  [
    { kind: "accepted", version: parseVersion("1.2.3"), updatedBy: parseVersion("1.2.2") },
    '{"status":"SUCCEEDED","statusDetails":{"reason":"accepted  v1.2.3","updatedBy":"  v1.2.2"}}',
  ],
];

for (const [report, json] of progress) {
  test(`"${report.kind}" is what v3.3.0 sends`, () => {
    assert.equal(formatStatus(report), json);
  });
}

test("a zero is written as 0 in progress, where v3.3.0 wrote nothing", () => {
  const report = { kind: "receiving", received: 0, total: 10 } as const;
  assert.equal(sent(report).statusDetails["receive"], "0/10");
});

test("a zero is written as 0 in a version, where v3.3.0 wrote nothing", () => {
  const report = { kind: "accepted", version, updatedBy: parseVersion("1.0.0") } as const;
  assert.deepEqual(sent(report).statusDetails, {
    reason: "accepted  v0.9.3",
    updatedBy: "  v1.0.0",
  });
});

test("a zero is written as 0 for a file type, where v3.3.0 wrote nothing", () => {
  const { statusDetails } = sent({ kind: "received", fileType: 3 });
  assert.deepEqual(statusDetails, { reason: "accepted  v0.0.3", updatedBy: "  v0.0.0" });
});

/** How v3.3.0 words each: "rejected", "aborted", or a main and a sub code. */
const reasons: readonly (readonly [code: OtaErrorCode, reason: string, status: string])[] = [
  ["version-same", "rejected: 0x00000010", "REJECTED"],
  ["version-older", "rejected: 0x0000000f", "REJECTED"],
  ["state-mismatch", "rejected: 0x00000011", "FAILED"],
  ["user-aborted", "aborted: 0x00000013", "FAILED"],
  ["protocol-unsupported", "aborted: 0x0000000d", "REJECTED"],
  ["signature-invalid", "0x000000e3: 0x00000000", "REJECTED"],
  ["job-malformed", "0x0000000c: 0x00000000", "REJECTED"],
];

for (const [code, reason, status] of reasons) {
  test(`"${code}" is ${status} with "${reason}" and a readable detail`, () => {
    assert.deepEqual(sent({ kind: "failed", error: new OtaError(code, "in words") }), {
      status,
      statusDetails: { reason, detail: `${code}: in words` },
    });
  });
}

test("the host's number is the sub code, a negative one as 32 bits", () => {
  const error = new OtaError("signature-invalid", "", -0x2700);
  assert.equal(sent({ kind: "failed", error }).statusDetails["reason"], "0x000000e3: 0xffffd900");
});

test("the application words the end of its own job", () => {
  for (const status of ["SUCCEEDED", "FAILED", "REJECTED"] as const) {
    const expected = { status, statusDetails: { reason: "done" } };
    assert.deepEqual(sent({ kind: "custom", status, reason: "done" }), expected);
  }
});

const reasonOf = (reason: string): string | undefined =>
  sent({ kind: "custom", status: "FAILED", reason }).statusDetails["reason"];

test("text is cut to the 1024 characters of a status detail", () => {
  assert.equal(reasonOf("x".repeat(5000)), "x".repeat(1024));
  const error = new OtaError("flash-failed", "y".repeat(5000));
  assert.equal(sent({ kind: "failed", error }).statusDetails["detail"]?.length, 1024);
});

test("characters that AWS IoT refuses in a status detail become spaces, others stay", () => {
  assert.equal(reasonOf("a\0b\tc\nd\u007fe\u0085f"), "a b c d e f");
  assert.equal(reasonOf("a\u200bb\ufeffc\u202ed\ue000e"), "a b c d e");
  assert.equal(reasonOf("Zürich, 東京 – 100 %"), "Zürich, 東京 – 100 %");
});

test("no half of a surrogate pair is sent, wherever the text is cut", () => {
  assert.equal(reasonOf(`${"x".repeat(1023)}😀`), `${"x".repeat(1023)} `);
  assert.equal(reasonOf("\ud83d"), " ");
});

test("an empty text becomes a space, for a status detail may not be empty", () => {
  assert.equal(reasonOf(""), " ");
});

test("a job ends with the reports that are not of its progress", () => {
  const error = new OtaError("user-aborted", "");
  const reports: readonly StatusReport[] = [
    ...progress.map(([report]) => report),
    { kind: "received", fileType: 1 },
    { kind: "failed", error },
    { kind: "custom", status: "FAILED", reason: "" },
  ];
  const ends = reports.filter(isTerminal).map(({ kind }) => kind);
  assert.deepEqual(ends, ["accepted", "received", "failed", "custom"]);
  for (const report of reports) {
    assert.equal(sent(report).status === "IN_PROGRESS", !isTerminal(report), report.kind);
  }
});
