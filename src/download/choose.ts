// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient } from "xs-ota/pal/http";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { DataProtocol, OtaJob } from "../job/document.js";
import type { StreamEncoding } from "../job/topics.js";
import { HttpSource } from "./http-source.js";
import { jsonStreams } from "./json-streams.js";
import type { Memory } from "./memory.js";
import { MqttSource, REQUEST_BUFFER } from "./mqtt-source.js";
import type { BlockSource } from "./source.js";
import { cborStreams, type StreamCodec } from "./streams.js";

/** What the sources need. */
export interface SourceOptions {
  readonly thingName: string;
  readonly mqtt: MqttClient;
  /** Absent where the device has no HTTP. */
  readonly http: HttpClient | undefined;
  readonly memory: Memory;
  /** Bytes in a block. */
  readonly blockSize: number;
  readonly streamEncoding: StreamEncoding;
  readonly allowRedirects: boolean;
  /** In order of preference. */
  readonly protocols: readonly DataProtocol[];
}

const codecs: Readonly<Record<StreamEncoding, (memory: Memory) => StreamCodec>> = Object.freeze({
  cbor: memory => cborStreams(memory.take("request", REQUEST_BUFFER)),
  json: () => jsonStreams,
});

/** A source, or what it lacks. */
type Made = { readonly source: BlockSource } | { readonly lacks: string };

const makers: Readonly<Record<DataProtocol, (options: SourceOptions, job: OtaJob) => Made>> =
  Object.freeze({
    MQTT: ({ mqtt, thingName, blockSize, memory, streamEncoding }, { streamName }) => {
      if (streamName === undefined) return { lacks: "the job has no streamname" };
      const codec = codecs[streamEncoding](memory);
      return { source: new MqttSource(mqtt, thingName, streamName, blockSize, codec) };
    },
    HTTP: ({ http, blockSize, memory, allowRedirects }, { files }) => {
      if (http === undefined) return { lacks: "the device has no HTTP" };
      if (files.some(({ url }) => url === undefined)) {
        return { lacks: "the job has no update_data_url" };
      }
      return { source: new HttpSource(http, memory.take("block", blockSize), allowRedirects) };
    },
  });

/**
 * The sources for a job, in the order that the device prefers: of the protocols that the job offers, those that both can do.
 * @throws OtaError "protocol-unsupported" when there is none, saying what each one lacks.
 */
export function chooseSources(options: SourceOptions, job: OtaJob): readonly BlockSource[] {
  const offered = options.protocols.filter(protocol => job.protocols.includes(protocol));
  const made = offered.map(protocol => ({ protocol, ...makers[protocol](options, job) }));
  const sources = made.flatMap(one => ("source" in one ? [one.source] : []));
  if (sources.length > 0) return sources;
  const lacking = made.flatMap(one => ("lacks" in one ? [`${one.protocol}: ${one.lacks}`] : []));
  const offer = `the job offers ${job.protocols.join(", ")}, the device takes ${options.protocols.join(", ")}`;
  throw new OtaError("protocol-unsupported", [offer, ...lacking].join("; "));
}
