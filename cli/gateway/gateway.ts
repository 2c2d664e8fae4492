// SPDX-License-Identifier: MIT
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Connection, type SendFrame } from "./connection.js";
import { EthernetWire } from "./ethernet.js";
import { FrameReader, formatFrame, type Frame, type FrameType } from "./frame.js";

/** The other side of a board's byte channel: it connects where the board asks it to. */
export interface Gateway {
  /** On the loopback interface: the emulator's end of the byte channel is to be connected here. */
  readonly port: number;
  /** Closes everything; harmless when it is closed. */
  close(): void;
}

/** Makes the connections that one board asks for over the byte channel `wire`, until that closes. */
export class Exchange {
  readonly #wire: Duplex;
  readonly #report: (line: string) => void;
  readonly #reader: FrameReader;
  readonly #connections = new Map<number, Connection>();

  /** @param report takes a line for each connection that the board asks for. */
  constructor(wire: Duplex, report: (line: string) => void = () => undefined) {
    this.#wire = wire;
    this.#report = report;
    this.#reader = new FrameReader(report);
    wire.on("data", (bytes: Buffer) => {
      for (const frame of this.#reader.read(bytes)) this.#handlers[frame.type](frame);
    });
    wire.on("error", () => this.#closeAll());
    wire.on("close", () => this.#closeAll());
  }

  readonly #handlers: Readonly<Record<FrameType, (frame: Frame) => void>> = {
    reset: ({ payload }) => {
      this.#report("the board has started");
      this.#closeAll();
      this.#wire.write(formatFrame("reset", 0, payload));
    },
    open: frame => this.#open(frame),
    data: ({ socket, payload }) => {
      const connection = this.#connections.get(socket);
      if (connection === undefined) this.#wire.write(formatFrame("close", socket));
      else connection.write(payload);
    },
    room: ({ socket, payload }) => this.#connections.get(socket)?.makeRoom(readU16(payload)),
    close: ({ socket }) => {
      this.#connections.get(socket)?.close();
      this.#connections.delete(socket);
    },
  };

  #open({ socket, payload }: Frame): void {
    const host = new TextDecoder().decode(payload.subarray(2));
    this.#report(`socket ${socket}: ${host}:${readU16(payload)}`);
    const send: SendFrame = (type, bytes) => this.#wire.write(formatFrame(type, socket, bytes));
    this.#connections.get(socket)?.close();
    this.#connections.set(socket, new Connection(host, readU16(payload), send));
  }

  #closeAll(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }
}

const readU16 = (payload: Uint8Array): number => (payload[0] ?? 0) | ((payload[1] ?? 0) << 8);

/** What the byte channel of an emulated board goes over. */
export type WireKind = "ethernet" | "serial";

/** Opens a gateway for one board. */
export async function openGateway(kind: WireKind): Promise<Gateway> {
  const wires = new Set<Socket>();
  const server = createServer(wire => {
    wires.add(wire);
    wire.setNoDelay();
    new Exchange(kind === "ethernet" ? new EthernetWire(wire) : wire);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const wire of wires) wire.destroy();
      server.close();
    },
  };
}
