// SPDX-License-Identifier: MIT
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from "node:tls";
import type { TlsVectors } from "xs-ota/test/support/tls-client";
import { TestAuthority, toPem, type DerIdentity, type IssueOptions } from "./tls-authority.js";

/** Servers on the loopback for test/contract/tls.ts, each wrong in its way. */
export interface TlsServers {
  readonly vectors: TlsVectors;
  close(): Promise<void>;
}

/** Source: test/contract/tls.ts counts on it. */
const pattern = (count: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: count }, (_, at) => at % 251));

const HERE: IssueOptions = { addresses: ["127.0.0.1"], names: ["localhost", "device.example"] };

const echo = (socket: Socket): void => void socket.on("data", bytes => socket.write(bytes));

/** Holds what is to be closed. */
class Listeners {
  readonly ports: Record<string, number> = {};
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  async add(name: string, server: Server): Promise<void> {
    this.#servers.push(server);
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    this.ports[name] = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = this.#servers.map(server => new Promise(done => server.close(done)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }
}

const optionsOf = ({ certificate, key }: DerIdentity, more: TlsOptions = {}): TlsOptions => ({
  cert: toPem(certificate, "CERTIFICATE"),
  key: toPem(key, "PRIVATE KEY"),
  ...more,
});

type Tamper = (bytes: Buffer, device: Socket) => void;

/** Stands before the server at `port`, and does as it likes with what that sends. */
const proxyTo = (port: number, tamper: Tamper): Server =>
  createServer(device => {
    const server = connect({ port, host: "127.0.0.1" });
    server.on("data", bytes => tamper(bytes, device));
    server.on("error", () => device.destroy());
    server.on("close", () => device.destroy());
    device.on("close", () => server.destroy());
    device.pipe(server);
  });

const APPLICATION_DATA = 23;

const tampers: Readonly<Record<string, Tamper>> = {
  dribble(bytes, device) {
    for (const byte of bytes) device.write(Uint8Array.of(byte));
  },
  changed(bytes, device) {
    const copy = Buffer.from(bytes);
    if (copy[0] === APPLICATION_DATA) copy[copy.length - 1] = Number(copy.at(-1)) ^ 1;
    device.write(copy);
  },
  truncated(bytes, device) {
    if (bytes[0] === APPLICATION_DATA) device.end(bytes.subarray(0, bytes.length - 1));
    else device.write(bytes);
  },
};

/** What servers say that speak no proper TLS, when they have heard something. */
const answers: Readonly<Record<string, readonly number[]>> = {
  hangsUp: [],
  noTls: [...Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  unknownCa: [21, 3, 3, 0, 2, 2, 48],
  brokenMessage: [22, 3, 3, 0, 4, 2, 0, 0, 77, 21, 3, 3, 0, 2, 2, 48],
  hugeMessage: [22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff],
};

type Serve = (socket: TLSSocket) => void;

/** What servers do once the handshake is done. */
const manners: Readonly<Record<string, Serve>> = {
  farewell: socket => void socket.end("bye"),
  abrupt: socket =>
    void socket.write("bye", () => (socket as unknown as HasHandle)._parent.destroy()),
  wordless: socket => void socket.end(),
  flood: socket => void socket.end(pattern(300_000)),
  renegotiates(socket) {
    echo(socket);
    socket.renegotiate({}, () => undefined);
  },
};

/** The connection below, to be cut without TLS's farewell. */
interface HasHandle {
  readonly _parent: Socket;
}

export async function openTlsServers(): Promise<TlsServers> {
  const authority = await TestAuthority.create("test root");
  const stranger = await TestAuthority.create("stranger");
  const listeners = new Listeners();
  const own = await authority.issue("server", HERE);
  const mutual: TlsOptions = {
    requestCert: true,
    rejectUnauthorized: true,
    ca: toPem(authority.root, "CERTIFICATE"),
  };
  const tls12: TlsOptions = { maxVersion: "TLSv1.2" };
  const addTls = (name: string, options: TlsOptions, serve: Serve = echo): Promise<void> =>
    listeners.add(name, createTlsServer({ ...tls12, ...options }, serve));

  await addTls("good", optionsOf(own, mutual));
  const choosy = { ...mutual, ca: toPem(stranger.root, "CERTIFICATE") };
  await addTls("choosy", optionsOf(own, choosy));
  await addTls("both", optionsOf(own, { maxVersion: "TLSv1.3" }));
  await addTls("rsa", optionsOf(await authority.issue("server", { ...HERE, key: "RSA" }), mutual));
  await addTls("stranger", optionsOf(await stranger.issue("server", HERE)));
  const wrong: Readonly<Record<string, IssueOptions>> = {
    expired: { ...HERE, notBefore: "2020-01-01", notAfter: "2021-02-03" },
    future: { ...HERE, notBefore: "2043-04-05" },
    elsewhere: { addresses: ["192.0.2.1"], names: ["elsewhere.example"] },
    nameless: {},
    forClients: { ...HERE, usage: "client" },
  };
  for (const [name, options] of Object.entries(wrong)) {
    await addTls(name, optionsOf(await authority.issue("127.0.0.1", options)));
  }
  const tls13: TlsOptions = { minVersion: "TLSv1.3", maxVersion: "TLSv1.3" };
  await addTls("tls13", optionsOf(own, tls13));
  await addTls("cbc", optionsOf(own, { ciphers: "ECDHE-ECDSA-AES128-SHA256" }));
  await addTls("alpn", optionsOf(own, { ALPNProtocols: ["x-amzn-mqtt-ca"] }), socket => {
    socket.write(String(socket.alpnProtocol));
  });
  for (const [name, serve] of Object.entries(manners)) {
    await addTls(name, optionsOf(own), serve);
  }
  await listeners.add("split", await splitServer(authority));
  for (const [name, answer] of Object.entries(answers)) {
    const server = createServer(socket => {
      socket.once("data", () => socket.end(Uint8Array.from(answer)));
    });
    await listeners.add(name, server);
  }
  for (const [name, tamper] of Object.entries(tampers)) {
    await listeners.add(name, proxyTo(listeners.ports["good"] ?? 0, tamper));
  }
  await listeners.add("https", httpsServer(own));
  return {
    vectors: await makeVectors(authority, stranger, listeners.ports),
    close: () => listeners.close(),
  };
}

/** A server whose certificate is long, and whose records are short. */
async function splitServer(authority: TestAuthority): Promise<Server> {
  const names = Array.from({ length: 60 }, (_, i) => `name-${i}.device.example`);
  const long = await authority.issue("server", { ...HERE, names });
  return createServer(socket => {
    const secure = new TLSSocket(socket, {
      ...optionsOf(long, { ...{ maxVersion: "TLSv1.2" } }),
      isServer: true,
    });
    secure.setMaxSendFragment(512);
    secure.on("error", () => undefined);
    echo(secure);
  });
}

/** Gives as many bytes as its path says. */
function httpsServer(own: DerIdentity): Server {
  const options = optionsOf(own, { maxVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] });
  return createHttpsServer(options, ({ url = "" }, response) => {
    response.end(pattern(Number(url.slice(1))));
  });
}

async function makeVectors(
  authority: TestAuthority,
  stranger: TestAuthority,
  ports: Readonly<Record<string, number>>,
): Promise<TlsVectors> {
  const device = await authority.issue("device", { usage: "client" });
  const rsa = await authority.issue("device", { usage: "client", key: "RSA" });
  const text = (der: Buffer): string => der.toString("base64");
  return {
    ports,
    root: text(authority.root),
    strangerRoot: text(stranger.root),
    ec: { certificate: text(device.certificate), key: text(device.key) },
    rsa: { certificate: text(rsa.certificate), key: text(rsa.key) },
  };
}
