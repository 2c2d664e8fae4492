// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJob } from "xs-ota/job/document";
import { formatJson, parseJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { fileWith, messageWith, messageWithFile, messageWithOta } from "../support/job-message.js";

const ecdsa = "sig-sha256-ecdsa";
const ota = "execution.jobDocument.afr_ota";
const file = `${ota}.files[0]`;

const parse = (message: object): unknown =>
  parseJob(parseJson(encodeUtf8(formatJson(message))), ecdsa);

const range = "is not a number in 0..4294967295";

/** What is wrong, and what the operator reads. */
// prettier-ignore
const faults: readonly (readonly [message: object, text: string])[] = [
  [messageWith({ jobId: undefined }),              "execution.jobId is missing"],
  [messageWith({ jobId: null }),                   "execution.jobId is missing"],
  [messageWith({ jobId: 5 }),                      "execution.jobId is not text"],
  [messageWith({ jobId: "" }),                     "execution.jobId is not of letters, digits, - and _"],
  [messageWith({ jobId: "a/b" }),                  "execution.jobId is not of letters, digits, - and _"],
  [messageWith({ jobId: "J\n" }),                  "execution.jobId is not of letters, digits, - and _"],
  [messageWith({ jobId: "x".repeat(65) }),         "execution.jobId is longer than 64"],
  [messageWith({ versionNumber: "two" }),          `execution.versionNumber ${range}`],
  [messageWith({ jobDocument: undefined }),        "execution.jobDocument is missing"],
  [messageWith({ jobDocument: null }),             "execution.jobDocument is missing"],
  [messageWithOta({ streamname: 1 }),              `${ota}.streamname is not text`],
  [messageWithOta({ streamname: "" }),             `${ota}.streamname is not of letters, digits, - and _`],
  [messageWithOta({ streamname: "a/#" }),          `${ota}.streamname is not of letters, digits, - and _`],
  [messageWithOta({ streamname: "s".repeat(129) }), `${ota}.streamname is longer than 128`],
  [messageWithOta({ protocols: undefined }),       `${ota}.protocols is missing`],
  [messageWithOta({ protocols: null }),            `${ota}.protocols is missing`],
  [messageWithOta({ protocols: "MQTT" }),          `${ota}.protocols is not a list`],
  [messageWithOta({ files: undefined }),           `${ota}.files is missing`],
  [messageWithOta({ files: {} }),                  `${ota}.files is not a list`],
  [messageWithOta({ files: [] }),                  `${ota}.files has 0 entries, not 1 to 10`],
  [messageWithOta({ files: Array(11).fill(fileWith()) }), `${ota}.files has 11 entries, not 1 to 10`],
  [messageWithOta({ files: ["x"] }),               `${file} is not an object`],
  [messageWithOta({ files: [fileWith(), null] }),  `${ota}.files[1] is not an object`],
  [messageWithOta({ files: [fileWith(), fileWith({ filesize: 0 })] }), `${ota}.files[1].filesize is 0`],
  [messageWithFile({ filepath: 1 }),               `${file}.filepath is not text`],
  [messageWithFile({ filepath: "p".repeat(1025) }), `${file}.filepath is longer than 1024`],
  [messageWithFile({ filesize: undefined }),       `${file}.filesize is missing`],
  [messageWithFile({ filesize: null }),            `${file}.filesize is missing`],
  [messageWithFile({ filesize: 0 }),               `${file}.filesize is 0`],
  [messageWithFile({ filesize: "0" }),             `${file}.filesize is 0`],
  [messageWithFile({ filesize: -1 }),              `${file}.filesize ${range}`],
  [messageWithFile({ filesize: 1.5 }),             `${file}.filesize ${range}`],
  [messageWithFile({ filesize: 4294967296 }),      `${file}.filesize ${range}`],
  [messageWithFile({ filesize: "4294967296" }),    `${file}.filesize ${range}`],
  [messageWithFile({ filesize: "1e3" }),           `${file}.filesize ${range}`],
  [messageWithFile({ filesize: "" }),              `${file}.filesize ${range}`],
  [messageWithFile({ filesize: true }),            `${file}.filesize ${range}`],
  [messageWithFile({ filesize: [1] }),             `${file}.filesize ${range}`],
  [messageWithFile({ fileid: undefined }),         `${file}.fileid is missing`],
  [messageWithFile({ fileid: 256 }),               `${file}.fileid is not in 0..255`],
  [messageWithFile({ fileid: "seven" }),           `${file}.fileid ${range}`],
  [messageWithFile({ certfile: {} }),              `${file}.certfile is not text`],
  [messageWithFile({ certfile: "c".repeat(1025) }), `${file}.certfile is longer than 1024`],
  [messageWithFile({ update_data_url: 1 }),        `${file}.update_data_url is not text`],
  [messageWithFile({ update_data_url: "u".repeat(2049) }), `${file}.update_data_url is longer than 2048`],
  [messageWithFile({ auth_scheme: false }),        `${file}.auth_scheme is not text`],
  [messageWithFile({ auth_scheme: "a".repeat(65) }), `${file}.auth_scheme is longer than 64`],
  [messageWithFile({ attr: "x" }),                 `${file}.attr ${range}`],
  [messageWithFile({ fileType: -1 }),              `${file}.fileType ${range}`],
  [messageWithFile({ [ecdsa]: 1 }),                `${file}.${ecdsa} is not text`],
  [messageWithFile({ [ecdsa]: "" }),               `${file}.${ecdsa} is not base64`],
  [messageWithFile({ [ecdsa]: "MEU CIQ==" }),      `${file}.${ecdsa} is not base64`],
  [messageWithFile({ [ecdsa]: "A".repeat(1025) }), `${file}.${ecdsa} is longer than 1024`],
];

for (const [message, text] of faults) {
  test(`refuses: ${text}`, () => {
    assert.throws(() => parse(message), { code: "job-malformed", message: text });
  });
}

test("the longest of each text is read", () => {
  const execution = {
    jobId: "x".repeat(64),
    jobDocument: {
      afr_ota: {
        streamname: "s".repeat(128),
        protocols: ["MQTT"],
        files: [
          fileWith({
            filepath: "p".repeat(1024),
            certfile: "c".repeat(1024),
            update_data_url: "u".repeat(2048),
            auth_scheme: "a".repeat(64),
            [ecdsa]: "A".repeat(1024),
          }),
        ],
      },
    },
  };
  assert.equal((parse({ execution }) as { kind: string }).kind, "ota");
});

test("a job with unknown protocols only is refused", () => {
  for (const protocols of [[], ["COAP"], ["mqtt"], [1]]) {
    assert.throws(() => parse(messageWithOta({ protocols })), {
      code: "protocol-unsupported",
      message: `${ota}.protocols has neither MQTT nor HTTP`,
    });
  }
});

test("a file without a signature is refused, and the message says so", () => {
  assert.throws(() => parse(messageWithFile({ [ecdsa]: undefined })), {
    code: "signature-invalid",
    message: `${file} has no ${ecdsa} signature; it has none`,
  });
});

test("a file with a signature of another scheme only is refused, and the message names that scheme", () => {
  assert.throws(() => parse(messageWithFile({ [ecdsa]: null, "sig-sha256-rsa": "QUJD" })), {
    code: "signature-invalid",
    message: `${file} has no ${ecdsa} signature; it has sig-sha256-rsa`,
  });
});

test("a repeated key counts with its last value", () => {
  const json = formatJson(messageWith()).replace('"fileid":7', '"fileid":7,"fileid":999');
  assert.throws(() => parseJob(parseJson(encodeUtf8(json)), ecdsa), {
    message: `${file}.fileid is not in 0..255`,
  });
});

// Source: OtaJobParseErr in ota.h of v3.3.0, the sub code of "0x0000000c: 0x0000000n".
test("a malformed document has the C library's parse error as its sub code", () => {
  const parseErrors: readonly (readonly [message: object, parseError: number])[] = [
    [messageWithFile({ filesize: 0 }), 3],
    [messageWithFile({ filesize: "0x0" }), 3],
    [messageWithFile({ filesize: undefined }), 4],
    [messageWithOta({ protocols: undefined }), 4],
    [messageWith({ jobDocument: undefined }), 4],
  ];
  for (const [message, hostCode] of parseErrors) {
    assert.throws(() => parse(message), { code: "job-malformed", hostCode });
  }
});
