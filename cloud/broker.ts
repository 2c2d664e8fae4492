// SPDX-License-Identifier: MIT
import { Aedes, type Client } from "aedes";
import { createServer, type Server } from "node:net";

/** What the broker lets pass and whom it tells. */
export interface BrokerOptions {
  /** Serves a message that a client sent to a reserved topic ("$aws/…"). */
  readonly handle: (clientId: string, topic: string, payload: Uint8Array) => void;
}

type Subscribing = Client & { readonly subscriptions: Readonly<Record<string, unknown>> };

/**
 * The message broker: MQTT 3.1.1 by aedes. A client's id is the name of its thing.
 *
 * Messages to reserved topics go to the services. What a service publishes for a thing reaches it
 * by its subscriptions, and a reply reaches the thing that asked even without one, as on AWS.
 */
export class Broker {
  readonly #aedes: Aedes;
  readonly #clients = new Map<string, Subscribing>();
  readonly #servers: Server[] = [];

  static async open(options: BrokerOptions): Promise<Broker> {
    const aedes = await Aedes.createBroker();
    return new Broker(aedes, options);
  }

  private constructor(aedes: Aedes, { handle }: BrokerOptions) {
    this.#aedes = aedes;
    aedes.authorizePublish = (client, packet, done): void => {
      done(mayPublish(client, packet.topic) ? null : new Error(`${packet.topic} is reserved`));
    };
    aedes.on("publish", (packet, client) => {
      if (client === null || !packet.topic.startsWith("$aws/")) return;
      handle(client.id, packet.topic, Buffer.from(packet.payload));
    });
    aedes.on("client", client => this.#clients.set(client.id, client as Subscribing));
    aedes.on("clientDisconnect", client => {
      if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
    });
  }

  /** Listens on `port`, 0 for any that is free. @returns the port. */
  async listen(host: string, port: number): Promise<number> {
    const server = createServer(socket => void this.#aedes.handle(socket));
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, resolve);
    });
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  }

  /** Sends what a service has to say to its subscribers, and a reply to the thing that asked. */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1): void {
    const message = { topic, payload: Buffer.from(payload), qos, retain: false, dup: false };
    const packet = { cmd: "publish" as const, ...message };
    this.#aedes.publish(packet, () => undefined);
    const thing = this.#clients.get(topic.split("/")[2] ?? "");
    if (thing === undefined || !isReply(topic)) return;
    const filters = Object.keys(thing.subscriptions);
    if (!filters.some(filter => matches(filter, topic))) thing.publish(packet, () => undefined);
  }

  async close(): Promise<void> {
    const closed = this.#servers.map(server => new Promise(done => server.close(done)));
    await new Promise<void>(done => {
      this.#aedes.close(done);
    });
    await Promise.all(closed);
  }
}

/** Only the services speak on a thing's reply topics, and only the thing itself asks. */
function mayPublish(client: Client | null, topic: string): boolean {
  if (client === null || !topic.startsWith("$aws/")) return true;
  return topic.startsWith(`$aws/things/${client.id}/`) && !isReply(topic);
}

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
