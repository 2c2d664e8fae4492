// SPDX-License-Identifier: MIT
import { Aedes, type AedesPublishPacket, type Client } from "aedes";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions, TLSSocket } from "node:tls";
import type { AccessControl, Principal } from "./security/access.js";

/** What the broker lets pass and whom it tells. */
export interface BrokerOptions {
  /** Serves a message that a client sent to a reserved topic ("$aws/…"). */
  readonly handle: (clientId: string, topic: string, payload: Uint8Array) => void;
  readonly access: Pick<AccessControl, "allows">;
}

/** What a listener with TLS shows, and whose certificates it takes. PEM. */
export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly dup: boolean;
}

type Subscribing = Client & { readonly subscriptions: Readonly<Record<string, unknown>> };

/** Source: AWS IoT developer guide, "Device communication protocols": the name of MQTT in ALPN. */
const ALPN = "x-amzn-mqtt-ca";

/**
 * The message broker: MQTT 3.1.1 by aedes. A client's id is the name of its thing.
 *
 * Messages to reserved topics go to the services. What a service publishes for a thing reaches it
 * by its subscriptions, and a reply reaches the thing that asked even without one, as on AWS.
 */
export class Broker {
  readonly #aedes: Aedes;
  readonly #access: Pick<AccessControl, "allows">;
  readonly #clients = new Map<string, Subscribing>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #count = 0;

  static async open(options: BrokerOptions): Promise<Broker> {
    return new Broker(await Aedes.createBroker(), options);
  }

  private constructor(aedes: Aedes, { handle, access }: BrokerOptions) {
    this.#aedes = aedes;
    this.#access = access;
    this.#authorize();
    aedes.on("publish", (packet, client) => {
      if (client === null || !packet.topic.startsWith("$aws/")) return;
      handle(client.id, packet.topic, Buffer.from(packet.payload));
    });
    aedes.on("client", client => this.#clients.set(client.id, client as Subscribing));
    aedes.on("clientDisconnect", client => {
      if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
    });
  }

  /** Listens without TLS on `port`, 0 for any that is free. @returns the port. */
  async listenPlain(host: string, port: number): Promise<number> {
    return this.#open(
      createServer(socket => void this.#aedes.handle(socket)),
      host,
      port,
    );
  }

  /** Listens for clients that show a certificate on `port`, 0 for any that is free. @returns the port. */
  async listenTls(host: string, port: number, identity: TlsIdentity): Promise<number> {
    const options = {
      ...identity,
      requestCert: true,
      minVersion: "TLSv1.2",
      ALPNProtocols: [ALPN],
    };
    const server = createTlsServer(
      options as TlsOptions,
      socket => void this.#aedes.handle(socket),
    );
    return this.#open(server, host, port);
  }

  /** Sends what a service has to say to its subscribers, and a reply to the thing that asked. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1): void {
    const message = { topic, payload: Buffer.from(payload), qos, retain: false, dup: false };
    this.#aedes.publish(this.#number("services", message), () => undefined);
    const thing = this.#clients.get(topic.split("/")[2] ?? "");
    if (thing === undefined || !isReply(topic)) return;
    const filters = Object.keys(thing.subscriptions);
    if (filters.some(filter => matches(filter, topic)) || !this.#may(thing, "iot:Receive", topic)) {
      return;
    }
    thing.publish(this.#number("replies", message), () => undefined);
  }

  /**
   * A client drops a message as a repeat whose number is below that of one it had from the same
   * broker id. Each path through aedes keeps its order, but one overtakes another: so each has an
   * id of its own.
   */
  #number(path: string, message: Message): AedesPublishPacket {
    const brokerCounter = ++this.#count;
    return { cmd: "publish", brokerId: `${path}-${message.qos}`, brokerCounter, ...message };
  }

  /** Ends the connection of a client; harmless when there is none. */
  disconnect(clientId: string): void {
    this.#clients.get(clientId)?.conn.destroy();
  }

  async close(): Promise<void> {
    const closed = this.#servers.map(server => new Promise(done => server.close(done)));
    await new Promise<void>(done => {
      this.#aedes.close(done);
    });
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #open(server: Server, host: string, port: number): Promise<number> {
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

  /** As on AWS, a publish that is not allowed ends the connection; a subscription is not granted. */
  #authorize(): void {
    this.#aedes.authenticate = (client, _user, _password, done): void => {
      const allowed = this.#access.allows(
        principalOf(client),
        "iot:Connect",
        `client/${client.id}`,
      );
      const refusal = Object.assign(new Error("not authorized"), { returnCode: 5 });
      done(allowed ? null : refusal, allowed);
    };
    this.#aedes.authorizePublish = (client, { topic }, done): void => {
      const allowed =
        client === null || (!isReply(topic) && this.#may(client, "iot:Publish", topic));
      done(allowed ? null : new Error(`not authorized to publish on ${topic}`));
    };
    this.#aedes.authorizeSubscribe = (client, subscription, done): void => {
      const resource = `topicfilter/${subscription.topic}`;
      const allowed = this.#access.allows(principalOf(client), "iot:Subscribe", resource);
      done(null, allowed ? subscription : null);
    };
    this.#aedes.authorizeForward = (client, packet): typeof packet | null =>
      this.#may(client, "iot:Receive", packet.topic) ? packet : null;
  }

  #may(client: Client, action: "iot:Publish" | "iot:Receive", topic: string): boolean {
    return this.#access.allows(principalOf(client), action, `topic/${topic}`);
  }
}

/** A certificate is known by the SHA-256 of its DER, as AWS IoT names it. */
function principalOf({ id, conn }: Client): Principal {
  const shown = conn instanceof TLSSocket ? conn.getPeerX509Certificate() : undefined;
  const certificateId = shown?.fingerprint256.replaceAll(":", "").toLowerCase();
  const isTls = conn instanceof TLSSocket;
  return { clientId: id, certificateId: isTls ? (certificateId ?? "") : undefined };
}

/** Only the services speak on these. */
function isReply(topic: string): boolean {
  return /\/(accepted|rejected)$|\/streams\/[^/]+\/(data|description|rejected)\//.test(topic);
}

/** Whether `topic` is one that `filter` means. Source: MQTT 3.1.1, section 4.7. */
function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const words = topic.split("/");
  const end = wanted.indexOf("#");
  if (end === -1 && wanted.length !== words.length) return false;
  const fixed = end === -1 ? wanted : wanted.slice(0, end);
  return fixed.every((word, i) => words[i] !== undefined && (word === "+" || word === words[i]));
}
