// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import { HttpSource } from "xs-ota/download/http-source";
import type { JobFile } from "xs-ota/job/document";
import { NodeHttpClient } from "xs-ota/host/http";
import { openHttpServer } from "xs-ota/test/support/http-server";

/* How many connections a download takes: with TLS each costs a device seconds, and memory. */

const BLOCK = 1000;
const SIZE = 10 * BLOCK - 1;

/** Receives all that is missing, one range after the other, each asked for as soon as the last block of the one before came. */
function receive(source: HttpSource, bitmap: BlockBitmap, file: JobFile): Promise<void> {
  return new Promise((resolve, reject) => {
    let outstanding = 0;
    const ask = (): void => {
      if (bitmap.remaining === 0) resolve();
      else outstanding = source.request(bitmap, bitmap.has(0) ? 16 : 1, 0);
    };
    source.open(file, {
      etag: undefined,
      onBlock(block, bytes) {
        assert.equal(bytes[0], (block * BLOCK) % 251);
        bitmap.receive(block);
        if (--outstanding === 0) ask();
      },
      onFault: reject,
    });
    ask();
  });
}

test("the ranges of a file go over one connection", async () => {
  const server = await openHttpServer();
  const source = new HttpSource(new NodeHttpClient(), new Uint8Array(BLOCK));
  const bitmap = new BlockBitmap(SIZE, BLOCK);
  for (const block of [3, 6]) bitmap.receive(block); // three gaps, and the first block alone
  const url = `${server.origin}/range/${SIZE}`;
  await receive(source, bitmap, { size: SIZE, url } as JobFile);
  assert.equal(server.connections(), 1);
  source.close();
  await server.close();
});
