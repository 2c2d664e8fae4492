// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatStatus } from "xs-ota/job/status";
import { OtaError, otaErrorCodes } from "xs-ota/pal/error";

/**
 * What AWS IoT accepts as a status detail, 1 to 1024 characters; those without a meaning in this
 * engine's Unicode version are left out of account.
 * Source: AWS IoT Jobs data plane, DetailsValue, `[^\p{C}]`.
 */
const detailsValue = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}]{1,1024}$/u;

const message = fc.oneof(
  fc.string({ unit: "binary", maxLength: 1100, size: "max" }),
  fc.string({ unit: "grapheme", maxLength: 1100, size: "max" }),
);

test("every failure, whatever its message, gives details that AWS IoT accepts", () => {
  let altered = 0;
  const property = fc.property(fc.constantFrom(...otaErrorCodes), message, (code, text) => {
    const json = formatStatus({ kind: "failed", error: new OtaError(code, text) });
    const { statusDetails } = JSON.parse(json) as { statusDetails: Record<string, string> };
    for (const detail of Object.values(statusDetails)) assert.match(detail, detailsValue);
    if (statusDetails["detail"] !== `${code}: ${text}`) altered++;
  });
  fc.assert(property, { numRuns: 400 });
  assert.ok(altered > 50 && altered < 400, `${altered} of 400 were altered`);
});

test("every BMP character that AWS IoT refuses is replaced", () => {
  for (let code = 0; code <= 0xffff; code++) {
    const reason = `x${String.fromCharCode(code)}`;
    const json = formatStatus({ kind: "custom", status: "FAILED", reason });
    const { statusDetails } = JSON.parse(json) as { statusDetails: { reason: string } };
    assert.match(statusDetails.reason, detailsValue, `U+${code.toString(16)}`);
  }
});
