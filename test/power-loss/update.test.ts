// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { tears } from "xs-ota/test/support/sim-power";
import {
  deployed,
  type DeviceOptions,
  makeImage,
  type Run,
  WholeDevice,
} from "xs-ota/test/support/whole-device";

const small = { blockSize: 512, writeSize: 4, erasedByte: 0xff };
const older = makeImage("1.0.0");
const newer = makeImage("1.1.0", 3500);

const versions = ({ boots }: Run): readonly string[] =>
  boots.map(({ version }) => `${version.major}.${version.minor}.${version.revision}`);

/** A device at 1.0.0 to which 1.1.0 is deployed. */
function device(options: Partial<DeviceOptions> = {}): WholeDevice {
  const made = new WholeDevice({ geometry: small, image: older, ...options });
  made.cloud.deploy("update", deployed(newer));
  return made;
}

test("an update runs from job to commit", () => {
  const made = device();
  const run = made.run();
  assert.deepEqual(versions(run), ["1.0.0", "1.1.0"]);
  assert.equal(made.cloud.status("update").status, "SUCCEEDED");
  assert.equal(run.boots.at(-1)?.outcome, "trial");
});

test("an image that is never accepted is reverted, and the job says so", () => {
  const made = device({ sick: ["1.1.0"] });
  const run = made.run();
  assert.deepEqual(versions(run), ["1.0.0", "1.1.0", "1.0.0"]);
  const { status, detail } = made.cloud.status("update");
  assert.equal(status, "FAILED");
  assert.match(detail, /image-reverted: .*not accepted within 16000 ms/);
});

test("an image with a wrong signature is refused, and the job says so", () => {
  const made = new WholeDevice({ geometry: small, image: older });
  made.cloud.deploy("forged", deployed(newer, new Uint8Array(32)));
  assert.deepEqual(versions(made.run()), ["1.0.0"]);
  const { status, detail } = made.cloud.status("forged");
  assert.equal(status, "REJECTED");
  assert.match(detail, /signature-invalid/);
});

/** Cuts the power once in every flash operation of what `make` gives, torn in every way. */
function everyCut(
  make: () => WholeDevice,
  check: (cut: WholeDevice, run: Run, id: string) => void,
): number {
  const whole = make();
  whole.run();
  const { operations } = whole.power;
  let cuts = 0;
  for (let operation = 1; operation <= operations - SETUP; operation++) {
    for (const tear of tears) {
      const id = `${operation}:${tear}`;
      const made = make();
      made.power.failAt(operation, tear);
      const run = made.runThroughPowerLoss();
      try {
        check(made, run, id);
      } catch (error) {
        throw new Error(`power lost at ${id}: ${String(error)}`, { cause: error });
      }
      cuts++;
    }
  }
  return cuts;
}

/** Operations that put the first image into slot-a. */
const SETUP = 1;

/** What a job may say in the end, by the version that runs. */
const truths: Readonly<Record<string, RegExp>> = {
  "1.1.0": /^SUCCEEDED accepted {2}v1\.1\.0$/,
  "1.0.0": /^FAILED image-reverted: .*it ended by a reset/,
};

test("wherever power fails, an update ends committed or reverted, and the job tells which", t => {
  const seen = new Map<string, number>();
  const cuts = everyCut(device, (cut, run) => {
    assert.ok(run.boots.every(({ outcome }) => outcome !== "not-bootable"));
    const version = versions(run).at(-1) ?? "";
    const { status, detail } = cut.cloud.status("update");
    assert.match(`${status} ${detail}`, truths[version] ?? /never/);
    seen.set(version, (seen.get(version) ?? 0) + 1);
  });
  t.diagnostic(`${cuts} power cuts: ${JSON.stringify([...seen])}`);
  assert.ok(cuts > 200, String(cuts));
  const reverted = seen.get("1.0.0") ?? 0;
  assert.ok(
    reverted >= 1 && reverted <= 4,
    "only a cut between the end of the swap and the commit may",
  );
});

test("wherever power fails, an image that is never accepted ends at the old one, and the job says so", t => {
  const make = (): WholeDevice => device({ sick: ["1.1.0"] });
  const cuts = everyCut(make, (cut, run) => {
    assert.ok(run.boots.every(({ outcome }) => outcome !== "not-bootable"));
    assert.equal(versions(run).at(-1), "1.0.0");
    const { status, detail } = cut.cloud.status("update");
    assert.equal(status, "FAILED");
    assert.match(detail, /image-reverted/);
  });
  t.diagnostic(`${cuts} power cuts`);
  assert.ok(cuts > 200, String(cuts));
});
