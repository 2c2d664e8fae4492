// SPDX-License-Identifier: MIT
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { generate, parser, type IPublishPacket, type Packet } from "mqtt-packet";

/**
 * What becomes of a message on its way to the device: any number of payloads in its place, or the end of
 * the connection.
 */
export type Tamper = (topic: string, payload: Buffer) => readonly Uint8Array[] | "disconnect";

const leaveAlone: Tamper = (_, payload) => [payload];

/** Stands between a device and its broker, and does with the broker's messages what a test says. */
export interface MqttProxy {
  readonly host: string;
  readonly port: number;
  /** Messages that were not left as they were. */
  readonly tampered: number;
  /** From now on; without it, messages are left alone. */
  tamper(how?: Tamper): void;
  close(): Promise<void>;
}

export async function openMqttProxy(broker: { host: string; port: number }): Promise<MqttProxy> {
  const sockets = new Set<Socket>();
  let how = leaveAlone;
  let tampered = 0;

  function forward(packet: Packet, device: Socket): void {
    if (packet.cmd !== "publish") return void device.write(generate(packet));
    const before = Buffer.from(packet.payload);
    const after = how(packet.topic, before);
    if (after === "disconnect") {
      tampered++;
      device.destroy();
      return;
    }
    if (after.length !== 1 || !before.equals(after[0] ?? before)) tampered++;
    for (const payload of after) device.write(generate(copy(packet, payload)));
  }

  const server = createServer(device => {
    const cloud = connect(broker);
    const packets = parser();
    packets.on("packet", (packet: Packet) => forward(packet, device));
    cloud.on("data", bytes => packets.parse(bytes));
    device.pipe(cloud);
    for (const [socket, other] of [
      [device, cloud],
      [cloud, device],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    get tampered() {
      return tampered;
    },
    tamper(next = leaveAlone) {
      how = next;
      tampered = 0;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

const copy = (packet: IPublishPacket, payload: Uint8Array): Packet => ({
  ...packet,
  payload: Buffer.from(payload),
});
