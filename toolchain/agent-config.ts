// SPDX-License-Identifier: MIT
import {
  type ConfigOption,
  configFault,
  configOptionsOf,
  configOptions,
} from "xs-ota/agent/config";
import { isObject, type JsonObject } from "xs-ota/job/read";
import { BuildError } from "./build-error.js";
import type { Manifest } from "./manifest.js";

/** The key of a manifest's `config` whose value an application gives to its OtaAgent. */
const AGENT = "agent";

/** What to do about a fault. */
function remedy(key: string): string {
  const option = (configOptions as Readonly<Record<string, ConfigOption | undefined>>)[key];
  if (option === undefined) return `known are ${Object.keys(configOptions).join(", ")}`;
  return `leave it out for ${JSON.stringify(option.preset)}`;
}

const has = ({ scripts }: Manifest, module: string): boolean =>
  scripts.some(({ specifier }) => specifier === `xs-ota/${module}`);

function sets(config: unknown, key: string): boolean {
  const agent = isObject(config) ? config[AGENT] : undefined;
  return isObject(agent) && key in agent;
}

/** The last section that has the key is the one that counts, unless the build's own configuration has it. */
function errorAt(manifest: Manifest, over: JsonObject, key: string, message: string): BuildError {
  const sections = manifest.configSections.filter(({ value }) => sets(value["config"], key));
  const section = sections.at(-1);
  if (section === undefined || sets(over, key)) {
    return new BuildError(`the build's config: "${AGENT}.${key}" ${message}`);
  }
  return section.error(["config", AGENT, key], message);
}

/**
 * Holds `config.agent` against the agent's own table, so that a bad value does not wait for the start of a device.
 * @param config the manifest's with `over` laid over it
 * @param over the build's own configuration
 * @throws BuildError for the first value at fault, with file, line, range and remedy.
 */
export function checkAgentConfig(manifest: Manifest, config: JsonObject, over: JsonObject): void {
  if (!has(manifest, "agent/config")) return;
  const agent = config[AGENT] ?? {};
  if (!isObject(agent)) throw new BuildError(`config.${AGENT} must be an object of options`);
  const options = configOptionsOf({
    protocols: has(manifest, "download/http-source") ? ["MQTT", "HTTP"] : ["MQTT"],
    encodings: has(manifest, "download/json-streams") ? ["cbor", "json"] : ["cbor"],
  });
  for (const [key, value] of Object.entries(agent)) {
    const fault = configFault(key, value, options);
    if (fault !== undefined) throw errorAt(manifest, over, key, `${fault}; ${remedy(key)}`);
  }
}
