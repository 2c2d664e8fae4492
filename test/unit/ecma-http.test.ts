// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { EcmaHttpClient } from "xs-ota/common/http";
import HTTPClient from "xs-ota/common/network/http-client";
import { ManualClock } from "xs-ota/test/support/manual-clock";
import { bytesOf } from "xs-ota/test/support/tls-client";
import { ScriptedTcp } from "xs-ota/test/support/scripted-tcp";

const answer = bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

test("a request that waits to be sent again and is closed hears nothing any more", () => {
  const clock = new ManualClock();
  const tcp = new ScriptedTcp();
  const http = new EcmaHttpClient({ HTTPClient, clock, socket: { io: tcp.io } });
  const log: string[] = [];
  const get = (name: string): { close(): void } => {
    const request = http.get({
      url: `http://h/${name}`,
      headers: {},
      onHead: ({ status }) => void log.push(`${name} ${status}`),
      onBody: () => undefined,
      onDone: error => void log.push(`${name} done ${error?.message ?? ""}`.trim()),
    });
    clock.advance(1);
    tcp.takes(10_000);
    return request;
  };
  get("first");
  tcp.gives(answer);
  clock.advance(1);
  const second = get("second");
  tcp.fails();
  second.close();
  clock.advance(40_000);
  assert.deepEqual(log, ["first 200", "first done"]);
});
