// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { Decoder, Encoder } from "cbor-x";
import fc from "fast-check";
import { CborWriter } from "xs-ota/download/cbor";
import { readStreamBlock, type StreamBlock, writeGetStream } from "xs-ota/download/streams";
import { OtaError } from "xs-ota/pal/error";
import { amount } from "xs-ota/test/support/deep";

const peer = new Encoder({ useRecords: false, variableMapSize: true, mapsAsObjects: true });
const peerReader = new Decoder({ useRecords: false, mapsAsObjects: true });

const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffffffff }));

test("npm's cbor-x reads every request as it was meant", () => {
  const writer = new CborWriter(new Uint8Array(1024));
  const request = fc.record(
    {
      fileId: fc.nat(255),
      blockSize: fc.integer({ min: 256, max: 131_072 }),
      blockOffset: fc.nat(98_304),
      bitmap: fc.uint8Array({ maxLength: 300, size: "max" }),
      blockCount: fc.nat(512),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(request, wanted => {
      writeGetStream(writer, wanted);
      const { c, f, l, o, b, n } = peerReader.decode(writer.bytes) as Record<string, unknown>;
      assert.equal(c, "rdy");
      assert.deepEqual(
        {
          fileId: f,
          blockSize: l,
          blockOffset: o,
          bitmap: Uint8Array.from(b as Buffer),
          blockCount: n,
        },
        wanted,
      );
    }),
  );
});

/** Any value that cbor-x writes, three levels deep. */
const anything = fc.object({
  maxDepth: 3,
  withBigInt: false,
  values: [
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array().map(bytes => Buffer.from(bytes)),
    fc.date({ noInvalidDate: true }),
  ],
});

const streamBlock: fc.Arbitrary<StreamBlock> = fc.record(
  {
    fileId: fc.nat(255),
    blockIndex: uint32,
    blockSize: fc.option(uint32, { nil: undefined }),
    bytes: fc.uint8Array({ maxLength: 600, size: "max" }),
  },
  { noNullPrototype: true },
);

/** A block as cbor-x writes it, its keys in any order and among others. */
const message = fc
  .tuple(
    streamBlock,
    fc.dictionary(fc.string({ minLength: 2 }), anything, { maxKeys: 3 }),
    fc.nat(),
  )
  .map(([block, others, turn]) => {
    const entries: [string, unknown][] = [
      ["f", block.fileId],
      ["i", block.blockIndex],
      ["p", Buffer.from(block.bytes)],
      ...Object.entries(others),
    ];
    if (block.blockSize !== undefined) entries.push(["l", block.blockSize]);
    const first = turn % entries.length;
    const turned = [...entries.slice(first), ...entries.slice(0, first)];
    return { block, bytes: Uint8Array.from(peer.encode(Object.fromEntries(turned))) };
  });

test("every block that npm's cbor-x writes is read as it was meant", () => {
  fc.assert(
    fc.property(message, ({ block, bytes }) => {
      assert.deepEqual(readStreamBlock(bytes), block);
    }),
    { numRuns: 500 },
  );
});

/** A message with some of its bytes changed, left out, put in twice, or cut off. */
const mutated = fc
  .tuple(
    message,
    fc.array(fc.tuple(fc.constantFrom("set", "drop", "twice", "cut"), fc.nat(), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([{ bytes }, changes]) => {
    let result = Array.from(bytes);
    for (const [what, where, byte] of changes) {
      const at = where % (result.length + 1);
      if (what === "set") result[at] = byte;
      else if (what === "drop") result.splice(at, 1);
      else if (what === "twice") result.splice(at, 0, ...result.slice(at, at + (byte % 16)));
      else result = result.slice(0, at);
    }
    return Uint8Array.from(result);
  });

const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 60 }).map(bytes => Uint8Array.of(0xa4, ...bytes)),
  { arbitrary: mutated, weight: 4 },
);

/** Reads `bytes` in the middle of others. @returns the block, or the message of the error. */
function outcome(bytes: Uint8Array, around: number): StreamBlock | string {
  const memory = new Uint8Array(bytes.length + 64).fill(around);
  memory.set(bytes, 32);
  const view = memory.subarray(32, 32 + bytes.length);
  try {
    const block = readStreamBlock(view);
    const first = block.bytes.byteOffset - view.byteOffset;
    assert.ok(block.bytes.buffer === memory.buffer && first >= 0);
    assert.ok(first + block.bytes.length <= view.length, "the payload is within the message");
    return block;
  } catch (error) {
    assert.ok(error instanceof OtaError, String(error));
    assert.equal(error.code, "block-malformed");
    return error.message;
  }
}

/** `bytes`, counting how often one is looked at. */
function counted(bytes: Uint8Array, tally: { looks: number }): Uint8Array {
  return new Proxy(bytes, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof key === "string" && /^\d+$/.test(key)) tally.looks++;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

const inputs = amount(5_000, 100_000);

test("hostile bytes give a block or block-malformed, whatever lies around them, in bounded work", () => {
  const seen = { block: 0, refused: 0, agreed: 0 };
  const property = fc.property(hostile, bytes => {
    const result = outcome(bytes, 0x00);
    assert.deepEqual(outcome(bytes, 0xff), result);
    assert.deepEqual(outcome(bytes, 0x61), result);
    const tally = { looks: 0 };
    try {
      readStreamBlock(counted(bytes, tally));
    } catch (error) {
      assert.ok(error instanceof OtaError);
    }
    assert.ok(tally.looks <= 2 * bytes.length + 2, `${tally.looks} looks at ${bytes.length} bytes`);
    if (typeof result === "string") seen.refused++;
    else {
      seen.block++;
      if (agrees(bytes, result)) seen.agreed++;
    }
  });
  fc.assert(property, { numRuns: inputs });
  const least = inputs / 50;
  assert.ok(
    seen.block > least && seen.refused > least && seen.agreed > least,
    JSON.stringify(seen),
  );
});

/** Whether cbor-x takes the same bytes, too; it must then find the same block in them. */
function agrees(bytes: Uint8Array, { fileId, blockIndex, bytes: payload }: StreamBlock): boolean {
  let theirs: unknown;
  try {
    theirs = peerReader.decode(bytes);
  } catch {
    return false;
  }
  const { f, i, p } = theirs as Record<string, unknown>;
  assert.deepEqual([f, i, Uint8Array.from(p as Buffer)], [fileId, blockIndex, payload]);
  return true;
}
