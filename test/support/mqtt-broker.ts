// SPDX-License-Identifier: MIT
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";

/** A real broker on the loopback, whose connections a test can drop. */
export interface MqttBroker {
  readonly aedes: Aedes;
  readonly port: number;
  /** Drops every connection; clients may come back. */
  drop(): void;
  close(): Promise<void>;
}

export async function openBroker(): Promise<MqttBroker> {
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    aedes,
    port: (server.address() as AddressInfo).port,
    drop,
    async close(): Promise<void> {
      drop();
      await new Promise(resolve => server.close(resolve));
      await new Promise<void>(resolve => {
        aedes.close(resolve);
      });
    },
  };
}
