// SPDX-License-Identifier: MIT
import config from "mc/config";
import { makeConfig, type OtaConfig } from "xs-ota/agent/config";

/*
 * The Moddable SDK evaluates preloaded modules when it links an application: a bad option of the agent in the manifest's `config`
 * ends mcconfig with key, value and range, and does not wait for the start of a device.
 */
/** The options of the agent, as the application has them. */
export const agentConfig: OtaConfig = makeConfig(config["agent"] ?? {});
