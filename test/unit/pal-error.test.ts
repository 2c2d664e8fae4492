// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError, type OtaErrorCode, otaErrorCodes } from "xs-ota/pal/error";

/** Source: OtaErr_t in ota.h, OtaMqttStatus_t, OtaHttpStatus_t and OtaPalMainStatus_t of v3.3.0. */
// prettier-ignore
const numbers: Readonly<Record<OtaErrorCode, number>> = {
  "argument-invalid": 0x03, "state-invalid": 0x04, "job-malformed": 0x0c, "protocol-unsupported": 0x0d,
  "download-stalled": 0x0e, "stream-rejected": 0x0e, "version-older": 0x0f, "security-counter-older": 0x0f,
  "version-same": 0x10, "state-mismatch": 0x11, "user-aborted": 0x13, "block-malformed": 0x15,
  "mqtt-failed": 0xa0, "http-failed": 0xc2, "file-changed": 0xc2, "memory-exhausted": 0xe1, "signature-invalid": 0xe3,
  "flash-failed": 0xe4, "image-too-large": 0xe5, "boot-failed": 0xe6, "certificate-invalid": 0xe7,
  "image-malformed": 0xe8,
  "file-type-unsupported": 0xe2,
  "device-class-other": 0xe8, "delta-base-other": 0xe8, "image-reverted": 0xea,
};

/** What can never work on this device, so that the cloud must not try again. */
const forGood: readonly OtaErrorCode[] = [
  "job-malformed",
  "protocol-unsupported",
  "version-older",
  "version-same",
  "security-counter-older",
  "signature-invalid",
  "image-too-large",
  "certificate-invalid",
  "image-malformed",
  "file-type-unsupported",
  "delta-base-other",
  "device-class-other",
];

test("the list of codes is whole", () => {
  assert.deepEqual([...otaErrorCodes].sort(), Object.keys(numbers).sort());
});

for (const code of otaErrorCodes) {
  test(`"${code}" has the C library's number, and a verdict`, () => {
    const error = new OtaError(code, "why");
    assert.equal(error.number, numbers[code]);
    assert.equal(error.verdict, forGood.includes(code) ? "REJECTED" : "FAILED");
  });
}

test("an error carries its message and the host's number, 0 by default", () => {
  const error = new OtaError("flash-failed", "no room", 0x105);
  assert.ok(error instanceof Error);
  assert.deepEqual([error.code, error.message, error.hostCode], ["flash-failed", "no room", 0x105]);
  assert.equal(new OtaError("flash-failed", "").hostCode, 0);
});

test("what is exported cannot be changed", () => {
  assert.ok(Object.isFrozen(otaErrorCodes));
  assert.ok(Object.isFrozen(OtaError.prototype));
});
