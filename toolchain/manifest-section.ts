// SPDX-License-Identifier: MIT
import { isObject, type JsonObject } from "xs-ota/job/read";
import { BuildError } from "./build-error.js";
import type { JsonPath, JsonSource } from "./json-source.js";

/** Keys that are read here. */
const readKeys = [
  ...["build", "config", "defines", "error", "include", "modules", "platforms", "preload"],
  ...["typescript", "warning"],
];

/** Keys that mean something to mcconfig alone. */
const mcconfigKeys = [
  ...["ble", "bundle", "commonjs", "creation", "data", "dependency", "recipes", "resources", "run"],
  ...["strip", "zephyrConfig", "zephyrOverlay", "zephyrShields"],
];

/** One object of a manifest file: its top level, or one of its platforms. */
export class Section {
  readonly source: JsonSource;
  readonly at: JsonPath;
  readonly value: JsonObject;

  constructor(source: JsonSource, at: JsonPath, value: unknown) {
    this.source = source;
    this.at = at;
    if (!isObject(value)) throw this.error([], "must be an object");
    this.value = value;
    this.#refuseUnknownKeys();
  }

  error(key: JsonPath, message: string): BuildError {
    const at = [...this.at, ...key];
    const name = at.length > 0 ? `"${at.join(".")}" ` : "";
    return BuildError.at(this.source.file, this.source.lineOf(at), name + message);
  }

  object(key: string): JsonObject {
    const value = this.value[key] ?? {};
    if (!isObject(value)) throw this.error([key], "must be an object");
    return value;
  }

  /** A string, or an array of them, at `key`. */
  strings(key: JsonPath): readonly string[] {
    const value = key.reduce<unknown>((o, k) => (o as JsonObject)[k], this.value) ?? [];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.map((item, i) => {
      if (typeof item === "string") return item;
      const where = Array.isArray(value) ? [...key, i] : key;
      throw this.error(where, "must be a string: a path relative to this manifest");
    });
  }

  #refuseUnknownKeys(): void {
    for (const key of Object.keys(this.value)) {
      if (readKeys.includes(key) || mcconfigKeys.includes(key)) continue;
      throw this.error([key], `is no manifest key; known are ${readKeys.join(", ")}`);
    }
  }
}

/**
 * The section of `platforms` that applies: the name itself, a name with fewer parts, "x/*", else "...".
 * Source: Moddable SDK tools/mcmanifest.js, matchPlatform.
 */
export function platformKey(names: readonly string[], platform: string): string | undefined {
  const parts = platform.split("/");
  for (let count = parts.length; count > 0; count--) {
    const partial = parts.slice(0, count).join("/");
    const key = names.find(
      name => name === partial || (name.endsWith("/*") && partial.startsWith(name.slice(0, -1))),
    );
    if (key !== undefined) return key;
  }
  return names.find(name => name === "...");
}
