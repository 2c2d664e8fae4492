// SPDX-License-Identifier: MIT
import type { AddressInfo, Server, Socket } from "node:net";

/** Servers that listen, and the connections that they took. */
export class Listeners {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** Listens on `port`, 0 for any that is free. @returns the port. @throws Error when it is taken. */
  async open(server: Server, host: string, port: number): Promise<number> {
    this.#servers.push(server);
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  /** Ends all connections and frees the ports. */
  async close(): Promise<void> {
    const closed = this.#servers.map(server => new Promise(done => server.close(done)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}
