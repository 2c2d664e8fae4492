// SPDX-License-Identifier: MIT
import { existsSync } from "node:fs";
import path from "node:path";
import { isObject, type JsonObject } from "xs-ota/job/read";
import { readJson, type JsonPath, type JsonSource } from "./json-source.js";
import { platformKey, Section } from "./manifest-section.js";
import { findModules, type ModuleRule, type Modules } from "./modules.js";

/*
 * The manifest is the Moddable SDK's, so that one file serves mcconfig and this toolchain.
 * Source: Moddable SDK documentation/tools/manifest.md.
 */

/** What a manifest and all that it includes come to on one platform. */
export interface Manifest extends Modules {
  /** Specifiers of the modules that are to be evaluated when the firmware is built. */
  readonly preload: ReadonlySet<string>;
  /** The manifests read, absolute, each after those that it includes. */
  readonly files: readonly string[];
  readonly config: JsonObject;
  /** The sections that have a `config`, in the order in which they were laid over each other. */
  readonly configSections: readonly Section[];
  readonly defines: JsonObject;
  readonly compilerOptions: JsonObject;
}

export interface ManifestOptions {
  readonly file: string;
  /** As in `platforms` of the manifest: "linux", "esp32/nodemcu", … */
  readonly platform: string;
}

/** Lays `over` on `under`, objects in objects; arrays and scalars replace. */
export function mergeObjects(under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? mergeObjects(old, value) : value;
  }
  return merged;
}

class Reader {
  readonly #platform: string;
  readonly #variables = new Map<string, string>();
  readonly #files = new Set<string>();
  readonly #rules: ModuleRule[] = [];
  #config: JsonObject = {};
  readonly #configSections: Section[] = [];
  #defines: JsonObject = {};
  #compilerOptions: JsonObject = {};
  readonly #preload: { readonly section: Section; readonly at: JsonPath; readonly name: string }[] =
    [];

  constructor(platform: string) {
    this.#platform = platform;
  }

  read(file: string): void {
    if (this.#files.has(file)) return;
    const source = readJson(file);
    this.#files.add(file);
    const sections = this.#sections(source);
    for (const section of sections) this.#setVariables(section);
    for (const section of sections) this.#readIncludes(section);
    for (const section of sections) this.#merge(section);
    this.#files.delete(file); // and again at the end: each after those that it includes
    this.#files.add(file);
  }

  result(): Manifest {
    const modules = findModules(this.#rules);
    const specifiers = modules.scripts.map(m => m.specifier);
    const preload = this.#preload.flatMap(({ section, at, name }) => {
      const isMeant = name.endsWith("*")
        ? (specifier: string) => specifier.startsWith(name.slice(0, -1))
        : (specifier: string) => specifier === name;
      const found = specifiers.filter(isMeant);
      if (found.length > 0 || modules.left.some(isMeant)) return found;
      throw section.error(at, `"${name}" is no module; add it to "modules"`);
    });
    return {
      ...modules,
      preload: new Set(preload),
      files: [...this.#files],
      config: this.#config,
      configSections: this.#configSections,
      defines: this.#defines,
      compilerOptions: this.#compilerOptions,
    };
  }

  #sections(source: JsonSource): readonly Section[] {
    const top = new Section(source, [], source.value);
    const platforms = top.object("platforms");
    const key = platformKey(Object.keys(platforms), this.#platform);
    const sections =
      key === undefined ? [top] : [top, new Section(source, ["platforms", key], platforms[key])];
    for (const section of sections) {
      const [message] = section.strings(["error"]);
      if (message === undefined) continue;
      throw section.error(["error"], `for platform "${this.#platform}": ${message}`);
    }
    return sections;
  }

  #setVariables(section: Section): void {
    for (const [name, value] of Object.entries(section.object("build"))) {
      if (typeof value !== "string") throw section.error(["build", name], "must be a string");
      this.#variables.set(name, this.#expand(section, ["build", name], value));
    }
  }

  /** Replaces `$(NAME)` by the variable of `build`, or of the environment. */
  #expand(section: Section, at: JsonPath, text: string): string {
    return text.replace(/\$\((\w+)\)/g, (_, name: string) => {
      const value = this.#variables.get(name) ?? process.env[name];
      if (value !== undefined) return value;
      const remedy =
        name === "MODDABLE"
          ? "the Moddable SDK is not used on this platform: move the line under the platform that needs it"
          : `define it in "build", or in the environment`;
      throw section.error(at, `uses $(${name}), which is not defined; ${remedy}`);
    });
  }

  #path(section: Section, at: JsonPath, text: string): string {
    return path.resolve(path.dirname(section.source.file), this.#expand(section, at, text));
  }

  #readIncludes(section: Section): void {
    for (const [i, name] of section.strings(["include"]).entries()) {
      const at = Array.isArray(section.value["include"]) ? ["include", i] : ["include"];
      const file = this.#path(section, at, name);
      if (!existsSync(file)) {
        throw section.error(at, `names ${file}, which does not exist; correct the path`);
      }
      this.read(file);
    }
  }

  #merge(section: Section): void {
    for (const key of Object.keys(section.object("modules"))) {
      for (const [i, text] of section.strings(["modules", key]).entries()) {
        const list = Array.isArray(section.object("modules")[key]);
        const at = list ? ["modules", key, i] : ["modules", key];
        this.#rules.push({
          key,
          pattern: this.#path(section, at, text),
          fail: message => section.error(at, message),
        });
      }
    }
    for (const [i, name] of section.strings(["preload"]).entries()) {
      this.#preload.push({ section, at: ["preload", i], name });
    }
    this.#config = mergeObjects(this.#config, section.object("config"));
    if ("config" in section.value) this.#configSections.push(section);
    this.#defines = mergeObjects(this.#defines, section.object("defines"));
    const { tsconfig } = section.object("typescript");
    const options = isObject(tsconfig) ? tsconfig["compilerOptions"] : undefined;
    if (isObject(options)) {
      this.#compilerOptions = mergeObjects(this.#compilerOptions, options);
    }
  }
}

/**
 * Reads a manifest and what it includes.
 * @throws BuildError for the first mistake, with file, line and remedy.
 */
export function readManifest(options: ManifestOptions): Manifest {
  const reader = new Reader(options.platform);
  reader.read(path.resolve(options.file));
  return reader.result();
}
