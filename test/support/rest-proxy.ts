// SPDX-License-Identifier: MIT
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Stands between AWS's clients and their cloud, and holds back the request that a test names, or loses its answer. */
export interface RestProxy {
  readonly endpoint: string;
  /**
   * Resolves once a request is there whose method and path match, as in "PUT /jobs/a"; it goes on to the cloud
   * when the test calls what it gets.
   */
  hold(which: RegExp): Promise<() => void>;
  /** The next request whose method and path match reaches the cloud, and its answer is lost. */
  loseAnswer(which: RegExp): void;
}

interface Hold {
  readonly which: RegExp;
  readonly caught: (goOn: () => void) => void;
}

/** Opens a proxy, which ends with the test. @param endpoint of the cloud. */
export async function openRestProxy(t: TestContext, endpoint: string): Promise<RestProxy> {
  const { hostname: host, port } = new URL(endpoint);
  let waiting: Hold | undefined;
  let losing: RegExp | undefined;

  // the Host that was signed goes on as it is
  function forward(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers } = asked;
    const isLost = losing?.test(`${method} ${path}`) === true;
    if (isLost) losing = undefined;
    const onward = request({ host, port, method, path, headers }, got => {
      if (isLost) {
        answer.destroy();
        return;
      }
      answer.writeHead(got.statusCode ?? 500, got.headers);
      got.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  }

  const server = createServer((asked, answer) => {
    const goOn = (): void => forward(asked, answer);
    const held = waiting;
    if (held?.which.test(`${asked.method} ${asked.url}`) !== true) {
      goOn();
      return;
    }
    waiting = undefined;
    held.caught(goOn);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: which => new Promise(caught => (waiting = { which, caught })),
    loseAnswer: which => (losing = which),
  };
}
