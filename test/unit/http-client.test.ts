// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import HTTPClient, { type HttpRequestOptions } from "xs-ota/common/network/http-client";
import { ManualClock } from "xs-ota/test/support/manual-clock";
import { ScriptedTcp } from "xs-ota/test/support/scripted-tcp";

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");

interface Bench {
  readonly tcp: ScriptedTcp;
  readonly clock: ManualClock;
  readonly client: HTTPClient;
  readonly log: string[];
  readonly request: (options?: HttpRequestOptions) => void;
}

/** A connected client, whose requests log what they hear. */
function connected(): Bench {
  const tcp = new ScriptedTcp();
  const clock = new ManualClock();
  const log: string[] = [];
  const onError = (error: unknown): void => void log.push(String(error));
  const client = new HTTPClient({ host: "h", port: 8080, socket: { io: tcp.io }, clock, onError });
  tcp.takes(10_000);
  const request = (options: HttpRequestOptions = {}): void => {
    client.request({
      onHeaders: (status, headers) => log.push(`${status} ${[...headers].join(" ")}`.trim()),
      onReadable(count) {
        log.push(`body ${String(Buffer.from(this.read(count) as ArrayBuffer))}`);
      },
      onDone: error => log.push(error === null ? "done" : "failed"),
      ...options,
    });
    clock.advance(0);
  };
  return { tcp, clock, client, log, request };
}

test("a request is what RFC 9112 prints", () => {
  const { tcp, request } = connected();
  request({ path: "/a?b=c", headers: new Map([["Range", "bytes=0-9"]]) });
  assert.equal(
    String(Buffer.from(tcp.sent)),
    "GET /a?b=c HTTP/1.1\r\nhost: h:8080\r\nRange: bytes=0-9\r\n\r\n",
  );
});

test("a request longer than the socket takes goes out in pieces", () => {
  const { tcp, request } = connected();
  tcp.takes(10);
  request();
  assert.equal(tcp.sent.length, 10);
  tcp.takes(100);
  assert.equal(String(Buffer.from(tcp.sent)), "GET / HTTP/1.1\r\nhost: h:8080\r\n\r\n");
});

test("what would break the head is refused", () => {
  const { client } = connected();
  const headers = (name: string, value: string): HttpRequestOptions => ({
    headers: new Map([[name, value]]),
  });
  const bad = [
    { path: "/a b" },
    { path: "/\r\nx: y" },
    { method: "GET /" },
    headers("a\r\nb", "c"),
    headers("a", "b\r\nc: d"),
  ];
  for (const options of bad) assert.throws(() => client.request(options), TypeError);
});

const responses: readonly (readonly [string, readonly string[]])[] = [
  [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: 1\r\na:2 \r\n\r\nhello",
    ["200 content-length,5 a,1, 2", "body hello", "done"],
  ],
  [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nt: 1\r\n\r\n",
    ["200 transfer-encoding,chunked", "body hel", "body lo", "done"],
  ],
  ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\n", ["204", "done"]],
];

test("a response is told the same, however it is cut", () => {
  for (const [text, expected] of responses) {
    for (const size of [1, 2, 3, 7, 1000]) {
      const { tcp, log, request } = connected();
      request();
      const stream = ascii(text);
      for (let at = 0; at < stream.length; at += size) tcp.gives(stream.subarray(at, at + size));
      const told = log.join("|").replaceAll(/\|body /gu, "+");
      const whole = expected.join("|").replaceAll(/\|body /gu, "+");
      assert.equal(told.replaceAll("+", ""), whole.replaceAll("+", ""), `pieces of ${size}`);
    }
  }
});

test("a body without a length ends with the connection", () => {
  const { tcp, log, request } = connected();
  request();
  tcp.gives(ascii("HTTP/1.1 200 OK\r\n\r\nabc"));
  tcp.fails();
  assert.deepEqual(log, ["200", "body abc", "done", "Error: http: the connection is lost"]);
});

// prettier-ignore
const hostile: readonly (readonly [why: string, head: string])[] = [
  ["no status line",              "hello\r\n\r\n"],
  ["HTTP/2",                      "HTTP/2 200 OK\r\n\r\n"],
  ["a status of two digits",      "HTTP/1.1 20 OK\r\n\r\n"],
  ["status 101",                  "HTTP/1.1 101 X\r\n\r\n"],
  ["1xx for ever",                "HTTP/1.1 100 X\r\n\r\n".repeat(6)],
  ["two lengths",                 "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n"],
  ["a length and chunks",         "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"],
  ["a negative length",           "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"],
  ["a length with a sign",        "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n"],
  ["a length in hexadecimal",     "HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\n"],
  ["a length of 16 digits",       "HTTP/1.1 200 OK\r\ncontent-length: 9999999999999999\r\n\r\n"],
  ["another transfer coding",     "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"],
  ["a header without a colon",    "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"],
  ["a blank before the colon",    "HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\n"],
  ["a folded header",             "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"],
  ["a NUL in a header",           "HTTP/1.1 200 OK\r\na: \0\r\n\r\n"],
  ["a bare LF",                   "HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n"],
  ["a head without an end",       `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(3000)}`],
  ["no chunk size",               "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n"],
  ["a negative chunk",            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n"],
  ["a chunk of 2^36 bytes",       "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1000000000\r\n"],
  ["a chunk line without an end", `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${"x".repeat(300)}`],
  ["a chunk longer than it says", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"],
];

for (const [why, text] of hostile) {
  test(`ends with an error: ${why}`, () => {
    const { tcp, log, request } = connected();
    request();
    tcp.gives(ascii(text));
    assert.equal(log.at(-2), "failed");
    assert.match(log.at(-1) ?? "", /^Error: http: the server sent/u);
    assert.ok(tcp.isClosed);
  });
}

test("any bytes end in an answer or an error, never anything else", () => {
  let ended = 0;
  let runs = 0;
  const piece = fc.oneof(
    fc.constantFrom("HTTP/1.1 200 OK\r\n", "content-length: 3\r\n", "\r\n", "abc", "0\r\n"),
    fc.constantFrom("transfer-encoding: chunked\r\n", "3\r\n", "HTTP/1.1 204 X\r\n\r\n"),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const { tcp, log, request } = connected();
      request();
      for (const text of pieces) tcp.gives(ascii(text));
      tcp.fails();
      runs++;
      assert.equal(log.filter(line => line === "done" || line === "failed").length, 1);
      if (log.includes("done")) ended++;
    }),
    { numRuns: 1000 },
  );
  assert.ok(ended > 0 && ended < runs, `${ended} of ${runs} were answered`);
});

test("bytes that nobody asked for end the connection", () => {
  const { tcp, log } = connected();
  tcp.gives(ascii("HTTP/1.1 200 OK\r\n\r\n"));
  assert.deepEqual(log, ["Error: http: the server sent what nobody asked for"]);
});

test("a second request goes out when the first is answered", () => {
  const { tcp, log, request } = connected();
  request({ path: "/1" });
  request({ path: "/2" });
  assert.ok(!String(Buffer.from(tcp.sent)).includes("/2"));
  tcp.gives(ascii("HTTP/1.1 204 X\r\n\r\n"));
  assert.ok(String(Buffer.from(tcp.sent)).includes("/2"));
  tcp.gives(ascii("HTTP/1.1 200 X\r\ncontent-length: 1\r\n\r\nx"));
  assert.deepEqual(log, ["204", "done", "200 content-length,1", "body x", "done"]);
});

test("a body that is read later ends later", () => {
  const { tcp, clock, client, log } = connected();
  const request = client.request({ onDone: error => log.push(error === null ? "done" : "failed") });
  clock.advance(0);
  tcp.gives(ascii("HTTP/1.1 200 X\r\ncontent-length: 4\r\n\r\nabcd"));
  assert.deepEqual(log, []);
  assert.equal(request.read(new Uint8Array(3)), 3);
  clock.advance(0);
  assert.deepEqual(log, []);
  assert.equal(request.read(new Uint8Array(3)), 1);
  clock.advance(0);
  assert.deepEqual(log, ["done"]);
});

test("close inside any callback is the end, without a further callback", () => {
  for (const name of ["onHeaders", "onReadable", "onDone"] as const) {
    let calls = 0;
    const { tcp, clock, client, log, request } = connected();
    request({
      [name]() {
        calls++;
        client.close();
      },
    });
    tcp.gives(ascii("HTTP/1.1 200 X\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 X\r\n\r\n"));
    clock.advance(1000);
    assert.equal(calls, 1, name);
    assert.ok(tcp.isClosed && !log.includes("failed"), name);
  }
});
