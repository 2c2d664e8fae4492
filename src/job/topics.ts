// SPDX-License-Identifier: MIT
import { isName } from "./characters.js";

/*
 * Topics of AWS IoT Jobs and Streams for one thing.
 * Source: AWS IoT developer guide, "Jobs device MQTT API" and "MQTT-based file delivery".
 */

const base = (thing: string): string => `$aws/things/${thing}`;

/** Tells that another job execution is next. */
export const notifyNextTopic = (thing: string): string => `${base(thing)}/jobs/notify-next`;

/** Asks for the next job execution; the reply comes on `/accepted` or `/rejected`. */
export const nextJobTopic = (thing: string): string => `${base(thing)}/jobs/$next/get`;

/** Reports the status of a job execution; the reply comes on `/accepted` or `/rejected`. */
export const updateJobTopic = (thing: string, jobId: string): string =>
  `${base(thing)}/jobs/${jobId}/update`;

/** How the messages of a stream are encoded. */
export type StreamEncoding = "cbor" | "json";

/** Asks for blocks of a stream. */
export const getStreamTopic = (thing: string, stream: string, encoding: StreamEncoding): string =>
  `${base(thing)}/streams/${stream}/get/${encoding}`;

/** Blocks arrive here, one a message. */
export const streamDataTopic = (thing: string, stream: string, encoding: StreamEncoding): string =>
  `${base(thing)}/streams/${stream}/data/${encoding}`;

/** Whether a topic is that of blocks of any stream of the thing. */
export function isStreamData(thing: string, topic: string): boolean {
  return topic.startsWith(`${base(thing)}/streams/`) && topic.includes("/data/");
}

/** Says why a stream request was refused. */
export const streamRejectedTopic = (
  thing: string,
  stream: string,
  encoding: StreamEncoding,
): string => `${base(thing)}/streams/${stream}/rejected/${encoding}`;

/** What a message on a topic means to the agent. */
export type JobMessage =
  | { readonly kind: "notify-next" }
  | { readonly kind: "job"; readonly accepted: boolean }
  | { readonly kind: "update"; readonly accepted: boolean; readonly jobId: string };

/** What follows `jobs/$next/`, and `jobs/` and a job id, in the topics that the agent listens to. */
const nextReplies: readonly string[] = Object.freeze(["get/accepted", "get/rejected"]);
const updateReplies: readonly string[] = Object.freeze(["update/accepted", "update/rejected"]);

/**
 * Reads a topic of the Jobs service.
 * @returns `undefined` for a topic of another thing, of another service, or of a reply the agent never asks for.
 */
export function parseJobTopic(thing: string, topic: string): JobMessage | undefined {
  if (topic === notifyNextTopic(thing)) return { kind: "notify-next" };
  const prefix = `${base(thing)}/jobs/`;
  if (!topic.startsWith(prefix)) return undefined;
  const [job = "", ...levels] = topic.slice(prefix.length).split("/");
  const reply = levels.join("/");
  const accepted = reply.endsWith("/accepted");
  if (job === "$next") return nextReplies.includes(reply) ? { kind: "job", accepted } : undefined;
  const isUpdate = updateReplies.includes(reply) && isName(job);
  return isUpdate ? { kind: "update", accepted, jobId: job } : undefined;
}
