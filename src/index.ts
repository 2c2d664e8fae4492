// SPDX-License-Identifier: MIT
export { OtaAgent } from "./agent/agent.js";
export { defaultConfig, type OtaConfig } from "./agent/config.js";
export type { CustomJobVerdict, JobInfo, OtaEvent } from "./agent/events.js";
export type { OtaAgentOptions } from "./agent/options.js";
export type { OtaStatistics } from "./agent/statistics.js";
export type { OtaState } from "./agent/table.js";
export { OtaError, type OtaErrorCode } from "xs-ota/pal/error";
export type { OtaImageState } from "xs-ota/pal/pal";
