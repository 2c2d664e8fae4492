// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type JobFile, parseJob, type ParsedJob } from "xs-ota/job/document";
import { parseJson } from "xs-ota/job/json";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { OtaError } from "xs-ota/pal/error";
import { messageWith } from "../support/job-message.js";

const scheme = "sig-sha256-ecdsa";

const parse = (message: unknown): ParsedJob =>
  parseJob(parseJson(encodeUtf8(JSON.stringify(message))), scheme);

/** A number as a job document may have it: itself, or text in one of the bases of strtoul. */
type Spelling = (value: number) => number | string;
const spellings: readonly Spelling[] = [
  value => value,
  value => String(value),
  value => `0x${value.toString(16)}`,
  value => `0${value.toString(8)}`,
];
const spelled = fc.constantFrom(...spellings);
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const optional = fc.option(text, { nil: undefined });

const file = fc.record({
  path: text,
  size: fc.integer({ min: 1, max: 0xffff_ffff }),
  fileId: fc.nat(255),
  certificateName: text,
  url: optional,
  authScheme: optional,
  signature: fc.uint8Array({ minLength: 1, maxLength: 256 }),
  attributes: fc.nat(0xffff_ffff),
  fileType: fc.nat(255),
});
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

/** The keys of a file, as AWS writes them, in any order, among keys that nobody knows. */
const written = (
  { path, size, fileId, certificateName, url, authScheme, signature, attributes, fileType }: File,
  spell: Spelling,
  isTurned: boolean,
): object => {
  const entries = Object.entries({
    filepath: path,
    filesize: spell(size),
    fileid: spell(fileId),
    certfile: certificateName,
    update_data_url: url ?? null,
    auth_scheme: authScheme ?? null,
    [scheme]: Buffer.from(signature).toString("base64"),
    attr: spell(attributes),
    fileType: spell(fileType),
    unknown: [{ filesize: 0 }],
  });
  return Object.fromEntries(isTurned ? entries.reverse() : entries);
};

test("whatever files a job document describes, however it writes them, are read as they were meant", () => {
  const seen = { files: 0, asText: 0, absent: 0 };
  const files = fc.array(fc.tuple(file, spelled, fc.boolean()), { minLength: 1, maxLength: 10 });
  const property = fc.property(files, described => {
    const list = described.map(([meant, spell, isTurned]) => written(meant, spell, isTurned));
    const afr_ota = { protocols: ["MQTT"], streamname: "S1", files: list };
    const job = parse({ execution: { jobId: "J", jobDocument: { afr_ota } } });
    assert.ok(job.kind === "ota");
    assert.deepEqual(
      job.files,
      described.map(([meant]) => ({ ...meant, scheme })),
    );
    seen.files += described.length;
    seen.asText += described.filter(([, spell]) => spell !== spellings[0]).length;
    seen.absent += described.filter(([{ url }]) => url === undefined).length;
  });
  fc.assert(property, { numRuns: 300 });
  assert.ok(Math.min(seen.files, seen.asText, seen.absent) > 200, JSON.stringify(seen));
});

type Tree = Record<string, unknown>;

/** Every place in a JSON value, as the keys that lead to it. */
function placesIn(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, below]) => placesIn(below, [...at, key]))];
}

/** A copy with another value at a place; `undefined` takes the key out. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Tree) }) as Tree;
  copy[key] = changed(copy[key], rest, to);
  return copy;
}

const whole = messageWith();
const places = placesIn(whole);
const codes: readonly string[] = ["job-malformed", "protocol-unsupported", "signature-invalid"];

const isIn = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

function assertFile({ size, fileId, signature }: JobFile): void {
  assert.ok(isIn(size, 1, 0xffff_ffff) && isIn(fileId, 0, 255) && signature.length > 0);
}

/** What every job that is taken promises to those who work on it. */
function assertUsable(job: ParsedJob): void {
  if (job.kind === "none") return;
  assert.match(job.jobId, /^[\w-]{1,64}$/);
  if (job.kind === "custom") return;
  assert.ok(job.protocols.length > 0 && job.files.length > 0 && job.files.length <= 10);
  for (const described of job.files) assertFile(described);
}

test("whatever stands at one place of a job document, the job is usable or refused with its path", () => {
  const seen = { taken: 0, refused: 0 };
  const property = fc.property(
    fc.constantFrom(...places),
    fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 3 })),
    (place, value) => {
      try {
        assertUsable(parse(changed(whole, place, value) ?? null));
        seen.taken++;
      } catch (error) {
        assert.ok(error instanceof OtaError && codes.includes(error.code), String(error));
        assert.match(error.message, /^execution[. ]\w/);
        seen.refused++;
      }
    },
  );
  fc.assert(property, { numRuns: 2000 });
  assert.ok(Math.min(seen.taken, seen.refused) > 300, JSON.stringify(seen));
});
