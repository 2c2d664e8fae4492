// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeSignedDelta } from "xs-ota/cli/delta";
import { reportDelta } from "xs-ota/cli/report/delta-report";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { temporaryFolder } from "xs-ota/test/support/files";
import { makeDelta } from "xs-ota/toolchain/delta/delta";
import { packImage } from "xs-ota/toolchain/image";

const body = Uint8Array.from({ length: 9000 }, (_, at) => (at * 31) & 0xff);
const old = packImage({ body, version: "1.0.0" });
const next = packImage({ body: body.map(byte => byte ^ 1), version: "1.1.0", target: "linux" });
const delta = makeDelta(old, next);

const problemsOf = (bytes: Uint8Array): readonly string[] => reportDelta(bytes, ["linux"]).problems;

test("a delta that is whole says for what image it is, what it makes, and has no problems", () => {
  const { facts, problems } = reportDelta(delta, ["linux"]);
  assert.deepEqual(problems, []);
  assert.equal(facts["makes"], `1.1.0, ${next.length} bytes`);
  assert.equal(facts["target"], "linux");
  assert.equal(facts["windows"], 3);
  assert.equal(facts["sha256"], createHash("sha256").update(next).digest("hex"));
  assert.match(String(facts["for image"]), /^[0-9a-f]{64}, \d+ bytes$/);
});

test("every delta that is cut short shows", () => {
  for (let length = 0; length < delta.length; length++) {
    assert.notDeepEqual(problemsOf(delta.subarray(0, length)), [], `${length} bytes`);
  }
});

test("a delta of ESP-IDF's images is refused, and what to do instead is told", async t => {
  const key = join(temporaryFolder(t), "key.pem");
  writeFileSync(key, (await createCodeSigningPair("ecdsa-p256", "vendor", 1)).privateKey);
  const esp = Uint8Array.of(0xe9, 1, 0, 0);
  for (const [base, image] of [
    [esp, next],
    [old, esp],
  ] as const) {
    assert.throws(() => makeSignedDelta(base, image, key), {
      message: /^deltas are of MCUboot's images/,
      remedy: /deploy the new one/,
    });
  }
});
