// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameFile, jobIdOf, type OtaJob, parseJob } from "xs-ota/job/document";
import { formatJson, parseJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { fileWith, messageWith, messageWithFile, messageWithOta } from "../support/job-message.js";

const ecdsa = "sig-sha256-ecdsa";

/** The job of a message that has gone over the wire. */
function ota(message: object, scheme: "sig-sha256-ecdsa" | "sig-sha256-rsa" = ecdsa): OtaJob {
  const job = parseJob(parseJson(encodeUtf8(formatJson(message))), scheme);
  assert.ok(job.kind === "ota");
  return job;
}

test("every key of the model is read", () => {
  assert.deepEqual(ota(messageWith()), {
    kind: "ota",
    jobId: "AFR_OTA-job_1",
    versionNumber: 2,
    executionNumber: undefined,
    selfTest: { isActive: false, updatedBy: 0x01090002 },
    streamName: "AFR_OTA-1f5b",
    protocols: ["MQTT", "HTTP"],
    files: [
      {
        path: "firmware.bin",
        size: 180_224,
        fileId: 7,
        certificateName: "signer.pem",
        url: "https://bucket.example/firmware.bin?X-Amz-Expires=3600",
        authScheme: "aws.s3.presigned",
        scheme: ecdsa,
        signature: Uint8Array.of(0x30, 0x45, 0x02, 0x21),
        attributes: 3,
        fileType: 202,
      },
    ],
  });
});

test("what is optional may be absent", () => {
  const file = { filesize: 1, fileid: 0, [ecdsa]: "MEUCIQ==" };
  const jobDocument = { afr_ota: { protocols: ["MQTT"], files: [file] } };
  const job = ota({ execution: { jobId: "J", jobDocument } });
  assert.deepEqual(
    [job.versionNumber, job.selfTest, job.streamName],
    [undefined, undefined, undefined],
  );
  assert.deepEqual(job.files, [
    {
      path: "",
      size: 1,
      fileId: 0,
      certificateName: "",
      url: undefined,
      authScheme: undefined,
      scheme: ecdsa,
      signature: Uint8Array.of(0x30, 0x45, 0x02, 0x21),
      attributes: 0,
      fileType: 0,
    },
  ]);
});

test("null is absent, not the text null as in v3.3.0", () => {
  const keys = { filepath: null, certfile: null, update_data_url: null, auth_scheme: null };
  const [file] = ota(messageWithFile({ ...keys, attr: null, fileType: null })).files;
  assert.deepEqual([file?.path, file?.certificateName], ["", ""]);
  assert.deepEqual([file?.url, file?.authScheme], [undefined, undefined]);
  assert.deepEqual([file?.attributes, file?.fileType], [0, 0]);
  assert.equal(ota(messageWithOta({ streamname: null })).streamName, undefined);
  assert.equal(ota(messageWith({ statusDetails: null })).selfTest, undefined);
  assert.equal(ota(messageWith({ versionNumber: null })).versionNumber, undefined);
});

test("unknown keys are passed over", () => {
  const job = ota(messageWithFile({ filename: { deep: [1] }, "sig-sha512-x": 5 }));
  assert.equal(job.files[0]?.size, 180_224);
});

test("a number may be written as text", () => {
  const [file] = ota(
    messageWithFile({ filesize: "4294967295", fileid: "255", attr: "1", fileType: "0" }),
  ).files;
  assert.deepEqual([file?.size, file?.fileId], [4294967295, 255]);
  assert.deepEqual([file?.attributes, file?.fileType], [1, 0]);
});

test("text is read as strtoul with base 0 reads it: 010 is 8, 0x10 is 16", () => {
  const [file] = ota(
    messageWithFile({ filesize: "0x1000", fileid: "010", attr: "00", fileType: "10" }),
  ).files;
  assert.deepEqual([file?.size, file?.fileId, file?.attributes, file?.fileType], [4096, 8, 0, 10]);
  for (const fileid of ["08", "0x", " 1", "1 ", "+1", "-1", "0b1"]) {
    assert.throws(() => ota(messageWithFile({ fileid })), { code: "job-malformed" });
  }
});

test("self_test counts by being there, whatever its value", () => {
  for (const self_test of ["ready", "active", "", 0, false, null, {}, []]) {
    assert.deepEqual(ota(messageWith({ statusDetails: { self_test } })).selfTest, {
      isActive: self_test === "active",
      updatedBy: undefined,
    });
  }
  assert.equal(ota(messageWith({ statusDetails: {} })).selfTest, undefined);
  assert.equal(ota(messageWith({ statusDetails: { updatedBy: "0x1" } })).selfTest, undefined);
});

/** As strtoul with base 0 reads them to the end, or not. */
const updaters: readonly (readonly [written: unknown, version: number | undefined])[] = [
  ["0x01090002", 0x01090002],
  ["0X0109000a", 0x0109000a],
  ["17367042", 17367042],
  [17367042, 17367042],
  ["017", 15],
  ["0", 0],
  [0, 0],
  ["00", 0],
  ["4294967295", 4294967295],
  ["0xffffffff", 4294967295],
  ["4294967296", undefined],
  ["0x100000000", undefined],
  ["08", undefined],
  ["0x", undefined],
  ["", undefined],
  ["1.9.2", undefined],
  ["-1", undefined],
  [-1, undefined],
  [1.5, undefined],
  [1e21, undefined],
  ["12 ", undefined],
  [true, undefined],
  [null, undefined],
  [{}, undefined],
];

for (const [updatedBy, version] of updaters) {
  test(`updatedBy ${JSON.stringify(updatedBy)} is ${version ?? "not a version, and no fault"}`, () => {
    const statusDetails = { self_test: "ready", updatedBy };
    assert.deepEqual(ota(messageWith({ statusDetails })).selfTest, {
      isActive: false,
      updatedBy: version,
    });
  });
}

test("the protocols keep their order, and unknown ones are left out", () => {
  const protocols = ["COAP", "HTTP", 5, null, "MQTT"];
  assert.deepEqual(ota(messageWithOta({ protocols })).protocols, ["HTTP", "MQTT"]);
});

test("the signature is that of the scheme this device wants", () => {
  const keys = { "sig-sha256-rsa": "QUJD" };
  const [file] = ota(messageWithFile(keys), "sig-sha256-rsa").files;
  assert.deepEqual(file?.signature, Uint8Array.of(0x41, 0x42, 0x43));
  assert.equal(file.scheme, "sig-sha256-rsa");
});

test("up to ten files are read", () => {
  const files = Array.from({ length: 10 }, (_, fileid) => fileWith({ fileid }));
  assert.deepEqual(
    ota(messageWithOta({ files })).files.map(({ fileId }) => fileId),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
});

test("a message without an execution has no job", () => {
  const messages: readonly unknown[] = [
    {},
    { clientToken: "1:T1", timestamp: 1 },
    { execution: {} },
    { execution: null },
    { execution: [] },
    { execution: "J" },
    [],
    null,
    "x",
    7,
  ];
  for (const message of messages) {
    assert.deepEqual(parseJob(message, ecdsa), { kind: "none" }, formatJson(message));
  }
});

test("a message whose execution has another name is damaged, and does not say that there is no job", () => {
  const { execution } = messageWith();
  for (const key of ["exebution", "Execution", "execution\u0000"]) {
    assert.throws(() => parseJob({ timestamp: 1, [key]: execution }, ecdsa), {
      code: "job-malformed",
      message: /execution is missing/,
    });
  }
});

test("a job of another kind is the application's", () => {
  const documents: readonly unknown[] = [
    { operation: "reboot" },
    { afr_ota: "x" },
    { afr_ota: null },
    { afr_ota: [] },
    "text",
    [1],
    0,
  ];
  for (const document of documents) {
    const job = parseJob(messageWith({ jobDocument: document }), ecdsa);
    assert.deepEqual(job, { kind: "custom", jobId: "AFR_OTA-job_1", document });
  }
});

test("the id of a job that is malformed otherwise is found", () => {
  assert.equal(jobIdOf(messageWith({ jobDocument: 1 })), "AFR_OTA-job_1");
  assert.equal(jobIdOf({ execution: { jobId: "x".repeat(64) } }), "x".repeat(64));
});

test("an id that could not be part of a topic is not found", () => {
  for (const jobId of [undefined, null, 5, "", "a/b", "+", "#", "a b", "ü", "x".repeat(65)]) {
    assert.equal(jobIdOf({ execution: { jobId } }), undefined, String(jobId));
  }
  for (const message of [undefined, null, 1, {}, { execution: [] }]) {
    assert.equal(jobIdOf(message), undefined);
  }
});

test("files are the same when size, type and signature are, wherever they lie", () => {
  const [file] = ota(messageWith()).files;
  assert.ok(file !== undefined);
  const same = { ...file, url: "https://other.example/", path: "other", fileId: 9, attributes: 0 };
  assert.ok(isSameFile(file, { ...same, signature: file.signature.slice() }));
  assert.ok(!isSameFile(file, { ...file, size: file.size + 1 }));
  assert.ok(!isSameFile(file, { ...file, fileType: 0 }));
  assert.ok(!isSameFile(file, { ...file, signature: file.signature.subarray(1) }));
  assert.ok(!isSameFile(file, { ...file, signature: Uint8Array.of(0x30, 0x45, 0x02, 0x22) }));
});
