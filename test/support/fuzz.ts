// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import fc from "fast-check";
import { OtaError } from "xs-ota/pal/error";
import { readCorpus } from "./fuzz-corpus.js";
import { bytesOf, hexOf } from "./hex.js";

/** A parser, as a fuzzer sees it. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs that it takes, from which the others are made. */
  readonly seeds: readonly Uint8Array[];
  /** Reads `bytes`. What it throws must be a refusal. */
  readonly run: (bytes: Uint8Array) => void;
  /** Whether an error is one that it may throw: an OtaError, unless told. */
  readonly isRefusal?: (error: unknown) => boolean;
  /** CPU time in ms after which it is taken to hang; 1000 unless told. */
  readonly maxCpuMs?: number;
}

export interface FuzzCounts {
  taken: number;
  refused: number;
}

const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

/** Bytes by which a parser may let the process grow. */
const MAX_GROWTH = 300e6;

/** Bytes that mean something in one format or another. */
const telling = [
  0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5c, 0x7b, 0x5b, 0x0a, 0x0d, 0x2d, 0x30, 0x5f, 0xbf,
];

type Edit = readonly [kind: number, at: number, value: number, length: number];

/** `piece` in the place of `length` bytes at `at`. */
function splice(bytes: Uint8Array, at: number, length: number, piece = nothing): Uint8Array {
  const rest = bytes.subarray(at + length);
  const made = new Uint8Array(at + piece.length + rest.length);
  made.set(bytes.subarray(0, at));
  made.set(piece, at);
  made.set(rest, at + piece.length);
  return made;
}

const nothing: Uint8Array = new Uint8Array(0);

const set = (bytes: Uint8Array, at: number, value: number): Uint8Array => {
  const changed = bytes.slice();
  if (at < changed.length) changed[at] = value;
  return changed;
};

/** What an edit makes of bytes. */
const edits: readonly ((bytes: Uint8Array, edit: Edit) => Uint8Array)[] = [
  (bytes, [, at, value]) => set(bytes, at, value),
  (bytes, [, at, value]) => set(bytes, at, (bytes[at] ?? 0) ^ (1 << (value & 7))),
  (bytes, [, at, value]) => set(bytes, at, telling[value % telling.length] ?? 0),
  (bytes, [, at]) => bytes.subarray(0, at),
  (bytes, [, at, , length]) => splice(bytes, at, length),
  (bytes, [, at, value, length]) => splice(bytes, at, 0, new Uint8Array(length).fill(value)),
  (bytes, [, at, value, length]) => splice(bytes, at, 0, bytes.subarray(value, value + length)),
];

const edit = fc.tuple(fc.nat(edits.length - 1), fc.nat(0xffff), fc.nat(255), fc.nat(40));

function inputFrom(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(seeds.length - 1), fc.array(edit, { maxLength: 5 }))
    .map(([index, changes]) =>
      changes.reduce((bytes, change) => {
        const [kind, at] = change;
        const within: Edit = [kind, at % (bytes.length + 1), change[2], change[3]];
        return edits[kind]?.(bytes, within) ?? bytes;
      }, seeds[index] as Uint8Array),
    );
}

function judge(
  { run, isRefusal, maxCpuMs = 1000 }: FuzzTarget,
  bytes: Uint8Array,
): keyof FuzzCounts {
  const before = process.cpuUsage();
  try {
    run(bytes);
    return "taken";
  } catch (error) {
    const isExpected = isRefusal?.(error) ?? error instanceof OtaError;
    if (isExpected) return "refused";
    throw error;
  } finally {
    const { user } = process.cpuUsage(before);
    assert.ok(user / 1000 < maxCpuMs, `${user / 1000} ms of CPU for ${bytes.length} bytes`);
  }
}

/** Gives a parser what was kept, which it must take or refuse as it did. @returns how many inputs. */
export function replay(target: FuzzTarget): number {
  const kept = readCorpus(target.name);
  for (const { verdict, bytes } of kept) {
    assert.equal(judge(target, bytes), verdict, `an input of its corpus: ${hexOf(bytes)}`);
  }
  return kept.length;
}

/** The command that gives a parser one input. @param command runs its test alone */
const again = (bytes: Uint8Array, command: string): string =>
  `to rerun it alone: FUZZ_INPUT=${hexOf(bytes)} ${command}`;

/**
 * Gives a parser `inputs` inputs that are seeds with a few bytes changed.
 * @param command runs the test alone
 * @param only the one input to be given instead, in hexadecimal
 * @throws when one of them is neither taken nor refused, takes too long, or lets memory grow; the message has the least such input, and
 *   how to run it alone.
 */
export function fuzz(
  target: FuzzTarget,
  inputs: number,
  command: string,
  only = process.env["FUZZ_INPUT"],
): FuzzCounts {
  const counts = { taken: 0, refused: 0 };
  if (only !== undefined) {
    counts[judge(target, bytesOf(only))]++;
    return counts;
  }
  const before = process.memoryUsage().rss;
  const property = fc.property(inputFrom(target.seeds), bytes => {
    counts[judge(target, bytes)]++;
  });
  const run = fc.check(property, { numRuns: inputs, seed: SEED, endOnFailure: false });
  const [least] = run.counterexample ?? [];
  if (least !== undefined)
    assert.fail(`${fc.defaultReportMessage(run) ?? ""}\n${again(least, command)}`);
  const growth = process.memoryUsage().rss - before;
  assert.ok(growth < MAX_GROWTH, `${target.name}: memory grew by ${growth} bytes`);
  return counts;
}
