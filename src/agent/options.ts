// SPDX-License-Identifier: MIT
import type { ImageDemands } from "xs-ota/pal/boot";
import type { Clock } from "xs-ota/pal/clock";
import type { SignatureScheme } from "xs-ota/pal/crypto";
import type { Device } from "xs-ota/pal/device";
import type { HttpClient } from "xs-ota/pal/http";
import type { Journal } from "xs-ota/pal/journal";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { Pal } from "xs-ota/pal/pal";
import type { MemoryOptions } from "../download/memory.js";
import type { OtaConfig } from "./config.js";
import type { OtaEvent } from "./events.js";

/** What an agent needs: the C library's OtaInterfaces_t, and who it is. */
export interface OtaAgentOptions {
  /** 1..128 characters of letters, digits, `:`, `_` and `-`. */
  readonly thingName: string;
  /** Version of the running firmware, `major.minor.build`. */
  readonly version: string;
  /** Signature that the device wants. OTA_JsonFileSignatureKey of the C library. */
  readonly scheme?: SignatureScheme;
  /** Where firmware goes. */
  readonly pal: Pal;
  /** What the bootloader asks of an image, so that it can be refused before it is received whole. */
  readonly demands?: ImageDemands;
  /** Where other files go, by `fileType`: FlashPal over a DataControl, or the application's own. */
  readonly filePals?: Readonly<Record<number, Pal>>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly device: Device;
  readonly mqtt: MqttClient;
  /** Absent where the device has no HTTP: jobs must then offer MQTT. */
  readonly http?: HttpClient | undefined;
  /** Buffers for the agent's bytes; from the heap when absent. */
  readonly memory?: MemoryOptions;
  readonly config?: Partial<OtaConfig>;
  /** Called from within the agent: it may call the agent's methods. What it throws, the agent's caller gets, after the agent's next steps. */
  readonly onEvent: (event: OtaEvent) => void;
}
