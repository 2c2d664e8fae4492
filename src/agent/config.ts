// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { DataProtocol } from "../job/document.js";

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
  /** Whether status updates name the version and number of the execution they mean, which the C library never does. */
  readonly conditionalUpdates: boolean;
  /** Minutes without progress after which the cloud may time the job out; 0 leaves it alone. stepTimeoutInMinutes of AWS IoT Jobs. */
  readonly stepTimeoutInMinutes: number;
  /** Whether a same or older version may be installed. otaconfigAllowDowngrade. */
  readonly allowDowngrade: boolean;
  /** The `fileType` that is firmware. configOTA_FIRMWARE_UPDATE_FILE_TYPE_ID. */
  readonly firmwareFileType: number;
  /** Data protocols in order of preference. configENABLED_DATA_PROTOCOLS, configOTA_PRIMARY_DATA_PROTOCOL. */
  readonly dataProtocols: readonly DataProtocol[];
}

/** An option that is a whole number, and its range. */
interface Range {
  readonly least: number;
  readonly most: number;
}

/** The values that hold where the application gives none. */
export const defaultConfig: OtaConfig = Object.freeze({
  log2FileBlockSize: 12,
  selfTestResponseWaitMs: 16_000,
  fileRequestWaitMs: 10_000,
  maxNumBlocksRequest: 16,
  maxNumRequestMomentum: 32,
  statusFrequency: 64,
  journalFrequency: 16,
  conditionalUpdates: true,
  stepTimeoutInMinutes: 0,
  allowDowngrade: false,
  firmwareFileType: 0,
  dataProtocols: Object.freeze(["MQTT", "HTTP"] as const),
});

const range = (least: number, most: number): Range => Object.freeze({ least, most });

/** Ranges of the numbers. Blocks of 256 bytes to 128 KiB: AWS IoT Streams limits. */
const ranges: Readonly<Partial<Record<keyof OtaConfig, Range>>> = Object.freeze({
  log2FileBlockSize: range(8, 17),
  selfTestResponseWaitMs: range(1, 86_400_000),
  fileRequestWaitMs: range(1, 3_600_000),
  maxNumBlocksRequest: range(1, 512),
  maxNumRequestMomentum: range(1, 1000),
  statusFrequency: range(1, 65_536),
  journalFrequency: range(1, 65_536),
  stepTimeoutInMinutes: range(0, 10_080),
  firmwareFileType: range(0, 255),
});

function checkType(key: string, value: unknown): void {
  const wanted: unknown = defaultConfig[key as keyof OtaConfig];
  if (wanted === undefined)
    throw new OtaError("argument-invalid", `config.${key} is not an option`);
  if (typeof value !== typeof wanted) {
    throw new OtaError("argument-invalid", `config.${key} is not a ${typeof wanted}`);
  }
}

function checkRange(key: string, value: unknown): void {
  const range = ranges[key as keyof OtaConfig];
  if (range === undefined) return;
  const { least, most } = range;
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new OtaError(
      "argument-invalid",
      `config.${key} is ${String(value)}, not in ${least}..${most}`,
    );
  }
}

function checkProtocols(value: readonly unknown[]): void {
  if (!Array.isArray(value) || value.length === 0) {
    throw new OtaError("argument-invalid", "config.dataProtocols is not a list of MQTT and HTTP");
  }
  for (const name of value) {
    if (name !== "MQTT" && name !== "HTTP") {
      throw new OtaError("argument-invalid", `config.dataProtocols has "${String(name)}"`);
    }
  }
}

/** The defaults with `given` in their place. @throws OtaError "argument-invalid" naming the key, the value and the range. */
export function makeConfig(given: Partial<OtaConfig> = {}): OtaConfig {
  for (const [key, value] of Object.entries(given)) {
    checkType(key, value);
    checkRange(key, value);
  }
  const config = { ...defaultConfig, ...given };
  checkProtocols(config.dataProtocols);
  return Object.freeze(config);
}
