// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient, HttpResponseHead } from "xs-ota/pal/http";

/**
 * What the client is tried on; bodies are the bytes 0..250 over and over, from `n` on for a range.
 * `/bytes/N`, `/chunked/N`, `/range/N`, `/status/S`, `/echo` (header x-mine), `/cut/N` and `/cutchunk/N`
 * (the connection breaks after N bytes), `/last/N` (the server closes after it).
 */
export interface HttpServer {
  /** Without a path. */
  readonly origin: string;
  /** Connections taken so far. */
  connections(): number;
  /** Ends every connection; done when the clients have seen it, and closed their ends. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

export interface HttpPort {
  readonly client: HttpClient;
  readonly server: HttpServer;
}

interface Answer {
  readonly head: HttpResponseHead | undefined;
  readonly body: Uint8Array;
  readonly error: OtaError | undefined;
}

const pattern = (length: number, first = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (first + at) % 251);

/** Gets `url`, and checks the order of the callbacks on the way. */
function get(
  client: HttpClient,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise(resolve => {
    let head: HttpResponseHead | undefined;
    let isDone = false;
    let hasReturned = false;
    const body: number[] = [];
    client.get({
      url,
      headers,
      onHead(given): void {
        assert.ok(head === undefined && !isDone && hasReturned, "one head, first, and later");
        head = given;
      },
      onBody(bytes): void {
        assert.ok(head !== undefined && !isDone, "the body is between head and end");
        for (const byte of bytes) body.push(byte);
      },
      onDone(error): void {
        assert.ok(!isDone && hasReturned, "one end, and later");
        isDone = true;
        resolve({ head, body: Uint8Array.from(body), error });
      },
    });
    hasReturned = true;
  });
}

const failed = ({ error }: Answer): void => {
  assert.ok(error instanceof OtaError);
  assert.equal(error.code, "http-failed");
};

/** What pal/http.ts promises. */
export function describeHttp(name: string, open: () => Promise<HttpPort>): void {
  const on = (what: string, run: (port: HttpPort) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const port = await open();
      try {
        await run(port);
      } finally {
        port.client.close();
        await port.server.close();
      }
    });
  };

  for (const route of ["bytes", "chunked", "last"]) {
    for (const length of [0, 1, 100_000]) {
      on(`a body of ${length} bytes from /${route} arrives whole`, async ({ client, server }) => {
        const { head, body, error } = await get(client, `${server.origin}/${route}/${length}`);
        assert.equal(error, undefined);
        assert.equal(head?.status, 200);
        assert.deepEqual(body, pattern(length));
      });
    }
  }

  on("a range is asked for, and its headers can be read", async ({ client, server }) => {
    const headers = { Range: "bytes=100-299" };
    const { head, body } = await get(client, `${server.origin}/range/5000`, headers);
    assert.equal(head?.status, 206);
    assert.equal(head.header("content-range"), "bytes 100-299/5000");
    assert.equal(head.header("content-length"), "200");
    assert.equal(head.header("x-none"), undefined);
    assert.deepEqual(body, pattern(200, 100));
  });

  on("the caller's headers are sent", async ({ client, server }) => {
    const { body } = await get(client, `${server.origin}/echo`, { "X-Mine": "abc" });
    assert.deepEqual(body, Uint8Array.of(97, 98, 99));
  });

  on("a query goes out as it is", async ({ client, server }) => {
    const { body } = await get(client, `${server.origin}/bytes/7/?X-Amz-Signature=a%2Fb&c=d`);
    assert.deepEqual(body, pattern(7));
  });

  for (const status of [403, 404, 503]) {
    on(`status ${status} is an answer, not a failure`, async ({ client, server }) => {
      const { head, body, error } = await get(client, `${server.origin}/status/${status}`);
      assert.equal(error, undefined);
      assert.equal(head?.status, status);
      assert.equal(body.length, 5);
    });
  }

  for (const status of [204, 304]) {
    on(`status ${status} has no body`, async ({ client, server }) => {
      const { head, body, error } = await get(client, `${server.origin}/status/${status}`);
      assert.deepEqual([head?.status, body.length, error], [status, 0, undefined]);
      assert.deepEqual((await get(client, `${server.origin}/bytes/3`)).body, pattern(3));
    });
  }

  on("a redirect is not followed", async ({ client, server }) => {
    const { head } = await get(client, `${server.origin}/status/302`);
    assert.equal(head?.status, 302);
    assert.equal(head.header("location"), "/bytes/5");
  });

  on("requests one after the other share a connection", async ({ client, server }) => {
    for (let at = 0; at < 5; at++) {
      assert.deepEqual(
        (await get(client, `${server.origin}/bytes/${at * 100}`)).body,
        pattern(at * 100),
      );
      assert.deepEqual((await get(client, `${server.origin}/chunked/${at}`)).body, pattern(at));
    }
    assert.equal(server.connections(), 1);
  });

  on("requests at the same time are all answered", async ({ client, server }) => {
    const lengths = [50_000, 3, 2000];
    const answers = await Promise.all(
      lengths.map(length => get(client, `${server.origin}/bytes/${length}`)),
    );
    assert.deepEqual(
      answers.map(({ body }) => body),
      lengths.map(length => pattern(length)),
    );
  });

  for (const route of ["cut", "cutchunk"]) {
    on(
      `a connection that breaks in /${route} is a failure, and the next request works`,
      async port => {
        const { client, server } = port;
        const answer = await get(client, `${server.origin}/${route}/3000`);
        assert.equal(answer.head?.status, 200);
        failed(answer);
        assert.deepEqual((await get(client, `${server.origin}/bytes/3`)).body, pattern(3));
      },
    );
  }

  on(
    "a connection that the server ended while idle does not harm the next request",
    async ({ client, server }) => {
      await get(client, `${server.origin}/bytes/3`);
      await server.drop();
      assert.deepEqual((await get(client, `${server.origin}/bytes/3`)).body, pattern(3));
    },
  );

  on("a server that is not there is a failure", async ({ client, server }) => {
    await server.close();
    failed(await get(client, `${server.origin}/bytes/3`));
  });

  for (const url of ["", "nonsense", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999/"]) {
    on(`"${url}" is a failure`, async ({ client }) => {
      failed(await get(client, url));
    });
  }

  on("after close a request says no more, and the next one works", async ({ client, server }) => {
    for (const during of ["start", "head", "body"]) {
      let late = 0;
      await new Promise<void>(resolve => {
        const stop = (): void => {
          request.close();
          request.close();
          late = 0;
          resolve();
        };
        const request = client.get({
          url: `${server.origin}/bytes/100000`,
          headers: {},
          onHead(): void {
            late++;
            if (during === "head") stop();
          },
          onBody(): void {
            late++;
            if (during === "body") stop();
          },
          onDone: () => late++,
        });
        if (during === "start") stop();
      });
      assert.deepEqual((await get(client, `${server.origin}/bytes/30`)).body, pattern(30));
      assert.equal(late, 0, during);
    }
  });
}
