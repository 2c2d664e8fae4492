// SPDX-License-Identifier: MIT

// Bare ids, for this module's own id is `xs-ota`: relative ones would not lead into it on XS.
export { OtaAgent } from "xs-ota/agent/agent";
export { defaultConfig, type OtaConfig } from "xs-ota/agent/config";
export type { CustomJobVerdict, JobInfo, OtaEvent } from "xs-ota/agent/events";
export type { OtaAgentOptions } from "xs-ota/agent/options";
export type { OtaStatistics } from "xs-ota/agent/statistics";
export type { OtaState, ShutdownOptions } from "xs-ota/agent/table";
export { OtaError, type OtaErrorCode } from "xs-ota/pal/error";
export type { OtaImageState } from "xs-ota/pal/pal";
