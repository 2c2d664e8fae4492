// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient } from "xs-ota/pal/http";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { DataProtocol, OtaJob } from "../job/document.js";
import { HttpSource } from "./http-source.js";
import type { Memory } from "./memory.js";
import { MqttSource, REQUEST_BUFFER } from "./mqtt-source.js";
import type { BlockSource } from "./source.js";

/** What the sources need. */
export interface SourceOptions {
  readonly thingName: string;
  readonly mqtt: MqttClient;
  /** Absent where the device has no HTTP. */
  readonly http: HttpClient | undefined;
  readonly memory: Memory;
  /** Bytes in a block. */
  readonly blockSize: number;
  /** In order of preference. */
  readonly protocols: readonly DataProtocol[];
}

type Maker = (options: SourceOptions, job: OtaJob) => BlockSource | undefined;

/** How a source is made; `undefined` when the job, or the device, lacks what it needs. */
const makers: Readonly<Record<DataProtocol, Maker>> = Object.freeze({
  MQTT: ({ mqtt, thingName, blockSize, memory }, { streamName }) => {
    if (streamName === undefined) return undefined;
    const buffer = memory.take("request", REQUEST_BUFFER);
    return new MqttSource(mqtt, thingName, streamName, blockSize, buffer);
  },
  HTTP: ({ http, blockSize, memory }, { files }) => {
    if (http === undefined || files.some(({ url }) => url === undefined)) return undefined;
    return new HttpSource(http, memory.take("block", blockSize));
  },
});

/**
 * The sources for a job, in the order that the device prefers: of the protocols that the job offers, those that both can do.
 * @throws OtaError "protocol-unsupported" when there is none.
 */
export function chooseSources(options: SourceOptions, job: OtaJob): readonly BlockSource[] {
  const offered = options.protocols.filter(protocol => job.protocols.includes(protocol));
  const sources = offered
    .map(protocol => makers[protocol](options, job))
    .filter(source => source !== undefined);
  if (sources.length > 0) return sources;
  throw new OtaError(
    "protocol-unsupported",
    `the job offers ${job.protocols.join(", ")}, the device takes ${options.protocols.join(", ")}`,
  );
}
