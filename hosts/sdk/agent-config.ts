// SPDX-License-Identifier: MIT
import config from "mc/config";
import { makeConfig } from "xs-ota/agent/config";

/*
 * The Moddable SDK evaluates preloaded modules when it links an application: a bad option of the agent in the manifest's `config`
 * ends mcconfig with key, value and range, and does not wait for the start of a device.
 */
makeConfig(config["agent"] ?? {});
