// SPDX-License-Identifier: MIT
import type { HttpClient } from "xs-ota/pal/http";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { DataProtocol, OtaJob } from "../job/document.js";
import type { StreamEncoding } from "../job/topics.js";
import type { Memory } from "./memory.js";
import type { BlockSource } from "./source.js";

/** What of the parts that can be left out is in a build, in order of preference. */
export interface BuiltIn {
  readonly protocols: readonly DataProtocol[];
  readonly encodings: readonly StreamEncoding[];
}

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

/** A source, or what it lacks. */
export type Made = { readonly source: BlockSource } | { readonly lacks: string };

/** Makes the source of a data protocol for a job. */
export type SourceMaker = (options: SourceOptions, job: OtaJob) => Made;
