// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { DataProtocol, OtaJob } from "../job/document.js";
import { MqttSource } from "./mqtt-source.js";
import type { BlockSource } from "./source.js";

/** What the sources need. */
export interface SourceOptions {
  readonly thingName: string;
  readonly mqtt: MqttClient;
  /** Bytes in a block. */
  readonly blockSize: number;
  /** In order of preference. */
  readonly protocols: readonly DataProtocol[];
}

type Maker = (options: SourceOptions, job: OtaJob) => BlockSource | undefined;

/** How a source is made; `undefined` when the job, or the device, lacks what it needs. */
const makers: Readonly<Record<DataProtocol, Maker>> = Object.freeze({
  MQTT: ({ mqtt, thingName, blockSize }, { streamName }) =>
    streamName === undefined ? undefined : new MqttSource(mqtt, thingName, streamName, blockSize),
  HTTP: () => undefined,
});

/**
 * The source for a job: the first protocol that the device prefers, the job offers, and both can do.
 * @throws OtaError "protocol-unsupported" when there is none.
 */
export function chooseSource(options: SourceOptions, job: OtaJob): BlockSource {
  for (const protocol of options.protocols) {
    const source = job.protocols.includes(protocol) ? makers[protocol](options, job) : undefined;
    if (source !== undefined) return source;
  }
  throw new OtaError(
    "protocol-unsupported",
    `the job offers ${job.protocols.join(", ")}, the device takes ${options.protocols.join(", ")}`,
  );
}
