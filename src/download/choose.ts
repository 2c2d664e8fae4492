// SPDX-License-Identifier: MIT
import { makeHttpSource } from "xs-ota/download/http";
import { makeJsonCodec } from "xs-ota/download/json";
import { OtaError } from "xs-ota/pal/error";
import type { DataProtocol, OtaJob } from "../job/document.js";
import type { StreamEncoding } from "../job/topics.js";
import type { BuiltIn, Made, SourceMaker, SourceOptions } from "./maker.js";
import type { Memory } from "./memory.js";
import { MqttSource, REQUEST_BUFFER } from "./mqtt-source.js";
import type { BlockSource } from "./source.js";
import { cborStreams, type StreamCodec } from "./streams.js";

type CodecMaker = (memory: Memory) => StreamCodec;

/** By encoding of the streams; `undefined` for one that is not in this build. */
const codecs: Readonly<Record<StreamEncoding, CodecMaker | undefined>> = Object.freeze({
  cbor: memory => cborStreams(memory.take("request", REQUEST_BUFFER)),
  json: makeJsonCodec,
});

/** `undefined` for one that is not in this build. */
const makers: Readonly<Record<DataProtocol, SourceMaker | undefined>> = Object.freeze({
  MQTT: ({ mqtt, thingName, blockSize, memory, streamEncoding }, { streamName }) => {
    if (streamName === undefined) return { lacks: "the job has no streamname" };
    const makeCodec = codecs[streamEncoding] as CodecMaker; // the configuration names none that is not there
    const codec = makeCodec(memory);
    return { source: new MqttSource(mqtt, thingName, streamName, blockSize, codec) };
  },
  HTTP: makeHttpSource,
});

function present<Name extends string>(parts: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.freeze((Object.keys(parts) as Name[]).filter(name => parts[name] !== undefined));
}

/** The data protocols of this build, and the encodings of its streams. */
export const builtIn: BuiltIn = Object.freeze({
  protocols: present(makers),
  encodings: present(codecs),
});

function make(protocol: DataProtocol, options: SourceOptions, job: OtaJob): Made {
  return (makers[protocol] as SourceMaker)(options, job);
}

/**
 * The sources for a job, in the order that the device prefers: of the protocols that the job offers, those that both can do.
 * @throws OtaError "protocol-unsupported" when there is none, saying what each one lacks.
 */
export function chooseSources(options: SourceOptions, job: OtaJob): readonly BlockSource[] {
  const offered = options.protocols.filter(protocol => job.protocols.includes(protocol));
  const made = offered.map(protocol => ({ protocol, ...make(protocol, options, job) }));
  const sources = made.flatMap(one => ("source" in one ? [one.source] : []));
  if (sources.length > 0) return sources;
  const lacking = made.flatMap(one => ("lacks" in one ? [`${one.protocol}: ${one.lacks}`] : []));
  const offer = `the job offers ${job.protocols.join(", ")}, the device takes ${options.protocols.join(", ")}`;
  throw new OtaError("protocol-unsupported", [offer, ...lacking].join("; "));
}
