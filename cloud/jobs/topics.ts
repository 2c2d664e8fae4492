// SPDX-License-Identifier: MIT
import type { z } from "zod";
import { IotError } from "../errors.js";
import type { Outbox } from "../outbox.js";
import { type DeviceOperations, stamp } from "./device.js";
import {
  describeRequest,
  parseRequest,
  pendingRequest,
  startNextRequest,
  updateRequest,
} from "./requests.js";

type Reply = Record<string, unknown>;
type Operation = (thingName: string, jobId: string, request: unknown) => Reply;

/** Replies echo only a token that a request may hold. */
const MAX_TOKEN = 64;

/** Carries the Jobs service over MQTT: requests by topic in, accepted or rejected replies out. */
export class JobsTopics {
  readonly #operations: DeviceOperations;
  readonly #outbox: Outbox;
  readonly #now: () => number;

  constructor(operations: DeviceOperations, outbox: Outbox, now: () => number) {
    this.#operations = operations;
    this.#outbox = outbox;
    this.#now = now;
  }

  /**
   * Serves the request that `thingName` published on `topic`.
   * @returns `false` when the topic asks nothing of the Jobs service.
   */
  handle(thingName: string, topic: string, payload: Uint8Array): boolean {
    const words = topic.split("/");
    if (words[3] !== "jobs" || isReply(words)) return false;
    const { request, error } = parseJson(payload);
    const clientToken = tokenOf(request);
    const reply = (kind: "accepted" | "rejected", body: Reply): void =>
      this.#outbox.postJson(`${topic}/${kind}`, {
        ...body,
        ...(clientToken !== undefined && { clientToken }),
        ...stamp(this.#now()),
      });
    try {
      if (error !== undefined) throw error;
      const operation = this.#route(thingName, words);
      reply("accepted", operation(thingName, words[4] ?? "", request));
    } catch (cause) {
      reply("rejected", formatError(cause));
    }
    return true;
  }

  /** Answers a request as if there were too many of them. */
  refuse(topic: string, payload: Uint8Array): void {
    const clientToken = tokenOf(parseJson(payload).request);
    this.#outbox.postJson(`${topic}/rejected`, {
      code: "RequestThrottled",
      message: "Too many requests",
      ...(clientToken !== undefined && { clientToken }),
      ...stamp(this.#now()),
    });
  }

  #route(thingName: string, words: readonly string[]): Operation {
    const [, , topicThing, , jobId = "", verb] = words;
    const name = verb === undefined ? jobId : `{jobId}/${verb}`;
    const operation = words.length <= 6 ? this.#table.get(name) : undefined;
    const isJobId = verb === undefined || /^(\$next|[a-zA-Z0-9_-]{1,64})$/.test(jobId);
    if (operation !== undefined && isJobId && topicThing === thingName) return operation;
    throw new IotError("InvalidTopic", `No operation at ${words.slice(3).join("/")}`);
  }

  // prettier-ignore
  readonly #table: ReadonlyMap<string, Operation> = new Map([
    ["get",            serve(pendingRequest,   (thing) => this.#operations.getPending(thing))],
    ["start-next",     serve(startNextRequest, (thing, _, request) => this.#operations.startNext(thing, request))],
    ["{jobId}/get",    serve(describeRequest,  (thing, jobId, request) => this.#operations.describe(thing, jobId, request))],
    ["{jobId}/update", serve(updateRequest,    (thing, jobId, request) => this.#operations.update(thing, jobId, request))],
  ]);
}

function serve<S extends z.ZodType>(
  schema: S,
  act: (thingName: string, jobId: string, request: z.infer<S>) => Reply,
): Operation {
  return (thingName, jobId, request) => act(thingName, jobId, parseRequest(schema, request));
}

function isReply(words: readonly string[]): boolean {
  const last = words.at(-1);
  return ["accepted", "rejected", "notify", "notify-next"].includes(last ?? "");
}

/** Nothing at all counts as an empty request. */
function parseJson(payload: Uint8Array): { request?: unknown; error?: IotError } {
  if (payload.length === 0) return { request: {} };
  try {
    return { request: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)) };
  } catch {
    return { error: new IotError("InvalidJson", "The payload is not JSON in UTF-8") };
  }
}

function tokenOf(request: unknown): string | undefined {
  if (typeof request !== "object" || request === null) return undefined;
  const token = (request as Reply)["clientToken"];
  return typeof token === "string" && token.length <= MAX_TOKEN ? token : undefined;
}

function formatError(cause: unknown): Reply {
  if (!(cause instanceof IotError)) {
    return { code: "InternalError", message: cause instanceof Error ? cause.message : "" };
  }
  const { code, message, executionState } = cause;
  return { code, message, ...(executionState && { executionState }) };
}
