// SPDX-License-Identifier: MIT
import type { SignatureScheme } from "xs-ota/pal/crypto";
import type { Memory } from "../download/memory.js";
import type { AppVersion } from "../job/version.js";
import type { OtaConfig } from "./config.js";
import type { OtaEvent } from "./events.js";
import type { Machine } from "./machine.js";
import type { OtaAgentOptions } from "./options.js";
import type { Platforms } from "./platforms.js";
import type { Reporter } from "./reporter.js";
import type { Statistics } from "./statistics.js";
import type { Timer } from "./timer.js";
import type { Trial } from "./trial.js";
import type { UpdateRecord } from "./update-record.js";

/** What the actions share. */
export interface Context {
  readonly options: OtaAgentOptions;
  readonly config: OtaConfig;
  readonly scheme: SignatureScheme;
  /** Version that runs. */
  readonly version: AppVersion;
  readonly memory: Memory;
  readonly platforms: Platforms;
  readonly reporter: Reporter;
  readonly trial: Trial;
  readonly record: UpdateRecord;
  readonly statistics: Statistics;
  /** Guards every request: for a job, and for blocks. OtaRequestTimer of the C library. */
  readonly requestTimer: Timer;
  readonly signal: Machine["signal"];
  /** Tells the application, once the agent is in the state that the event leads to. */
  readonly emit: (event: OtaEvent) => void;
  /** Tells the application at once, for its answer is wanted; what it throws comes when `emit` would tell. */
  readonly ask: (event: OtaEvent) => void;
}
