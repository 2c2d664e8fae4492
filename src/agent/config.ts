// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { DELTA_FILE_TYPE } from "../delta/header.js";
import { builtIn } from "../download/choose.js";
import type { BuiltIn } from "../download/maker.js";
import type { DataProtocol } from "../job/document.js";
import { formatJson } from "../job/json.js";
import { isWhole } from "../job/read.js";
import type { StreamEncoding } from "../job/topics.js";

/** The options of the agent: the C library's otaconfig macros that have a meaning here. */
export interface OtaConfig {
  /** log2 of the bytes in a block. otaconfigLOG2_FILE_BLOCK_SIZE. */
  readonly log2FileBlockSize: number;
  /** Milliseconds a trial may take until the application accepts it. otaconfigSELF_TEST_RESPONSE_WAIT_MS. */
  readonly selfTestResponseWaitMs: number;
  /** Milliseconds of silence before a request is made again. otaconfigFILE_REQUEST_WAIT_MS. */
  readonly fileRequestWaitMs: number;
  /** Most blocks asked for at once. otaconfigMAX_NUM_BLOCKS_REQUEST, whose default is 1. */
  readonly maxNumBlocksRequest: number;
  /** Requests in a row without any answer before the job fails. otaconfigMAX_NUM_REQUEST_MOMENTUM. */
  readonly maxNumRequestMomentum: number;
  /** Blocks between two progress messages. otaconfigOTA_UPDATE_STATUS_FREQUENCY. */
  readonly statusFrequency: number;
  /** Blocks between two records of progress on the flash. */
  readonly journalFrequency: number;
  /** Whether status updates name the version and number of the execution they mean, and have a token, which those of the C library never do. */
  readonly conditionalUpdates: boolean;
  /** Minutes without progress after which the cloud may time the job out; 0: never. stepTimeoutInMinutes of AWS IoT Jobs. */
  readonly stepTimeoutInMinutes: number;
  /** Whether a same or older version may be installed. otaconfigAllowDowngrade. */
  readonly allowDowngrade: boolean;
  /** The `fileType` that is firmware. configOTA_FIRMWARE_UPDATE_FILE_TYPE_ID. */
  readonly firmwareFileType: number;
  /** The `fileType` that is a delta against the running firmware, unless the application has a Pal for it. */
  readonly deltaFileType: number;
  /** How the messages of a stream are encoded. The C library has CBOR only. */
  readonly streamEncoding: StreamEncoding;
  /** Whether an HTTP server may send the device to another one; never from https to http. */
  readonly allowRedirects: boolean;
  /** Data protocols in order of preference. configENABLED_DATA_PROTOCOLS, configOTA_PRIMARY_DATA_PROTOCOL. */
  readonly dataProtocols: readonly DataProtocol[];
}

/** One option: what holds where the application gives none, and what it may give. */
export interface ConfigOption<Value = unknown> {
  readonly preset: Value;
  /** The values it may have, in words: "8..17". */
  readonly range: string;
  readonly allows: (value: unknown) => boolean;
}

function option<Value>(
  preset: Value,
  range: string,
  allows: ConfigOption["allows"],
): ConfigOption<Value> {
  return Object.freeze({ preset, range, allows });
}

function whole(preset: number, least: number, most: number): ConfigOption<number> {
  // what a function in flash closes over must be constant, and parameters are not
  const [from, to] = [least, most];
  return option(preset, `${least}..${most}`, value => isWhole(value, from, to));
}

const flag = (preset: boolean): ConfigOption<boolean> =>
  option(preset, "true or false", value => typeof value === "boolean");

/** Names in words: '"cbor" or "json"'. What a build leaves out is said. */
function inWords(names: readonly string[], all: readonly string[], word: string): string {
  const left = all.filter(name => !names.includes(name));
  const words = names.map(name => `"${name}"`).join(` ${word} `);
  return left.length === 0 ? words : `${words}; this build has no ${left.join(", ")}`;
}

function encodingOf({ encodings }: BuiltIn): ConfigOption<StreamEncoding> {
  const names: readonly unknown[] = encodings;
  const range = inWords(encodings, ["cbor", "json"], "or");
  return option("cbor", range, value => names.includes(value));
}

function protocolsOf({ protocols }: BuiltIn): ConfigOption<readonly DataProtocol[]> {
  const names: readonly unknown[] = protocols;
  const range = `a list of ${inWords(protocols, ["MQTT", "HTTP"], "and")}`;
  return option(
    protocols,
    range,
    value => Array.isArray(value) && value.length > 0 && value.every(name => names.includes(name)),
  );
}

/** The options of an agent. */
export type ConfigOptions = { readonly [Key in keyof OtaConfig]: ConfigOption<OtaConfig[Key]> };

/**
 * Every option: the one place that knows defaults and ranges. The agent checks its options by it, the toolchain a
 * manifest's, and a test docs/configuration.md. Blocks of 256 bytes to 128 KiB: AWS IoT Streams limits.
 */
// prettier-ignore
export const configOptionsOf = (built: BuiltIn): ConfigOptions =>
  Object.freeze({
    //                            default  least  most
    log2FileBlockSize:      whole(12,      8,     17),
    selfTestResponseWaitMs: whole(16_000,  1,     86_400_000),
    fileRequestWaitMs:      whole(10_000,  1,     3_600_000),
    maxNumBlocksRequest:    whole(16,      1,     512),
    maxNumRequestMomentum:  whole(32,      1,     1000),
    statusFrequency:        whole(64,      1,     65_536),
    journalFrequency:       whole(16,      1,     65_536),
    conditionalUpdates:     flag(true),
    stepTimeoutInMinutes:   whole(0,       0,     10_080),
    allowDowngrade:         flag(false),
    firmwareFileType:       whole(0,       0,     255),
    deltaFileType:          whole(DELTA_FILE_TYPE, 0, 255),
    streamEncoding:         encodingOf(built),
    allowRedirects:         flag(false),
    dataProtocols:          protocolsOf(built),
  });

/** The options of this build. */
export const configOptions: ConfigOptions = configOptionsOf(builtIn);

function presets(): OtaConfig {
  const entries = Object.entries(configOptions).map(([key, { preset }]) => [key, preset] as const);
  return Object.freeze(Object.fromEntries(entries)) as unknown as OtaConfig;
}

/** The values that hold where the application gives none. */
export const defaultConfig: OtaConfig = presets();

const isOption = (key: string): key is keyof OtaConfig =>
  Object.prototype.hasOwnProperty.call(configOptions, key);

/** What is wrong with an option, with the value and the range in words; `undefined` when it is in order. */
export function configFault(
  key: string,
  value: unknown,
  options: ConfigOptions = configOptions,
): string | undefined {
  if (!isOption(key)) return "is not an option of the agent";
  const { range, allows } = options[key];
  return allows(value) ? undefined : `is ${formatJson(value)}, not ${range}`;
}

/** The defaults with `given` in their place. @throws OtaError "argument-invalid" naming the key, the value and the range. */
export function makeConfig(given: Partial<OtaConfig> = {}): OtaConfig {
  for (const [key, value] of Object.entries(given)) {
    const fault = configFault(key, value);
    if (fault !== undefined) throw new OtaError("argument-invalid", `config.${key} ${fault}`);
  }
  return Object.freeze({ ...defaultConfig, ...given });
}
