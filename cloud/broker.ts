// SPDX-License-Identifier: MIT
import { Aedes, type AedesPublishPacket, type Client } from "aedes";
import type { Socket } from "node:net";
import { attempt, type Report } from "./report.js";
import type { AccessControl, Principal } from "./security/access.js";
import type { PolicyAction } from "./security/policy-document.js";
import { certificateIdShownBy } from "./security/shown.js";

/** What the broker lets pass and whom it tells. */
export interface BrokerOptions {
  /** Serves a message that a client sent to a reserved topic ("$aws/…"). */
  readonly handle: (clientId: string, topic: string, payload: Uint8Array) => void;
  readonly access: Pick<AccessControl, "allows">;
  /** Told of what either of them throws. */
  readonly report: Report;
}

interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly dup: boolean;
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
  readonly #access: Pick<AccessControl, "allows">;
  readonly #report: Report;
  readonly #clients = new Map<string, Subscribing>();
  #count = 0;

  static async open(options: BrokerOptions): Promise<Broker> {
    return new Broker(await Aedes.createBroker(), options);
  }

  private constructor(aedes: Aedes, { handle, access, report }: BrokerOptions) {
    this.#aedes = aedes;
    this.#access = access;
    this.#report = report;
    this.#authorize();
    aedes.on("publish", (packet, client) => {
      if (client === null || !packet.topic.startsWith("$aws/")) return;
      attempt(report, () => handle(client.id, packet.topic, Buffer.from(packet.payload)));
    });
    aedes.on("client", client => this.#clients.set(client.id, client as Subscribing));
    aedes.on("clientDisconnect", client => {
      if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
    });
  }

  /** Serves a client on a connection that is open. */
  accept(connection: Socket): void {
    this.#aedes.handle(connection);
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

  /** Ends all sessions. */
  async close(): Promise<void> {
    await new Promise<void>(done => {
      this.#aedes.close(done);
    });
  }

  /** As on AWS, a publish that is not allowed ends the connection; a subscription is not granted. */
  #authorize(): void {
    this.#aedes.authenticate = (client, _user, _password, done): void => {
      const allowed = this.#allows(client, "iot:Connect", `client/${client.id}`);
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
      const allowed = this.#allows(client, "iot:Subscribe", resource);
      done(null, allowed ? subscription : null);
    };
    this.#aedes.authorizeForward = (client, packet): typeof packet | null =>
      this.#may(client, "iot:Receive", packet.topic) ? packet : null;
  }

  #may(client: Client, action: "iot:Publish" | "iot:Receive", topic: string): boolean {
    return this.#allows(client, action, `topic/${topic}`);
  }

  /** What cannot be judged is not allowed. */
  #allows(client: Client, action: PolicyAction, resource: string): boolean {
    const judge = (): boolean => this.#access.allows(principalOf(client), action, resource);
    return attempt(this.#report, judge) ?? false;
  }
}

function principalOf({ id, conn }: Client): Principal {
  return { clientId: id, certificateId: certificateIdShownBy(conn as Socket) };
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
