// SPDX-License-Identifier: MIT
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { HttpServer } from "xs-ota/test/contract/http";

type Route = (response: ServerResponse, count: number, request: IncomingMessage) => void;

const pattern = (count: number, first = 0): Buffer =>
  Buffer.from(Uint8Array.from({ length: count }, (_, at) => (first + at) % 251));

const routes: Readonly<Record<string, Route>> = {
  bytes(response, count) {
    response.setHeader("content-length", count);
    response.end(pattern(count));
  },
  chunked(response, count) {
    for (let at = 0; at < count; at += 700) response.write(pattern(Math.min(700, count - at), at));
    response.end();
  },
  range(response, count, { headers }) {
    const [, first = "0", last = "0"] = /^bytes=(\d+)-(\d+)$/u.exec(headers.range ?? "") ?? [];
    response.statusCode = 206;
    response.setHeader("Content-Range", `bytes ${first}-${last}/${count}`);
    response.end(pattern(Number(last) - Number(first) + 1, Number(first)));
  },
  status(response, status) {
    response.statusCode = status;
    response.setHeader("location", "/bytes/5");
    response.end(status === 204 || status === 304 ? undefined : "sorry");
  },
  echo(response, _, { headers }) {
    response.end(headers["x-mine"]);
  },
  cut(response, count) {
    response.setHeader("content-length", count + 100);
    response.write(pattern(count), () => response.destroy());
  },
  cutchunk(response, count) {
    response.write(pattern(count), () => response.destroy());
  },
  last(response, count) {
    response.setHeader("connection", "close");
    response.end(pattern(count));
  },
};

/** The server that test/contract/http.ts asks for, on the loopback. */
export async function openHttpServer(): Promise<HttpServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((request, response) => {
    const [, name = "", count = "0"] = (request.url ?? "").split("/");
    const route = routes[name] ?? routes["status"];
    route?.(response, Number(count), request);
  });
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async drop(): Promise<void> {
      const closed = [...sockets].map(socket => once(socket, "close"));
      for (const socket of sockets) socket.end();
      await Promise.all(closed);
    },
    async close(): Promise<void> {
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
