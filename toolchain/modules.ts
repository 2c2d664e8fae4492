// SPDX-License-Identifier: MIT
import { readdirSync } from "node:fs";
import path from "node:path";
import type { BuildError } from "./build-error.js";

/** A JavaScript or TypeScript module. */
export interface ScriptModule {
  /** What `import` names: "main", "xs-ota/agent/agent", "embedded:io/socket/tcp". */
  readonly specifier: string;
  /** Absolute. */
  readonly file: string;
}

export interface Modules {
  readonly scripts: readonly ScriptModule[];
  /** C sources, absolute. */
  readonly natives: readonly string[];
  /** Ambient declarations, absolute. */
  readonly typings: readonly string[];
  /** Specifiers of what rules name and others leave out. */
  readonly left: readonly string[];
}

/** One line of `modules`: what it is called, and which files it means. */
export interface ModuleRule {
  /** A specifier, one that ends in `*`, or `~` for files to leave out. */
  readonly key: string;
  /** An absolute path without extension; its last part may end in `*`. */
  readonly pattern: string;
  readonly fail: (message: string) => BuildError;
}

type Kind = "script" | "native" | "typing" | "other";

interface Match {
  readonly file: string;
  readonly kind: Kind;
  /** What stands for the `*` of a specifier. */
  readonly name: string;
}

const kinds: readonly (readonly [string, Kind])[] = [
  [".d.ts", "typing"],
  [".ts", "script"],
  [".js", "script"],
  [".mjs", "script"],
  [".c", "native"],
];

function kindOf(file: string): { readonly kind: Kind; readonly name: string } {
  const base = path.basename(file);
  for (const [extension, kind] of kinds) {
    if (base.endsWith(extension)) return { kind, name: base.slice(0, -extension.length) };
  }
  return { kind: "other", name: path.parse(base).name };
}

function filesOf(rule: ModuleRule): readonly string[] {
  const folder = path.dirname(rule.pattern);
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.name.startsWith("."))
      .map(entry => path.join(folder, entry.name))
      .sort();
  } catch {
    throw rule.fail(`names the folder ${folder}, which does not exist; correct the path`);
  }
}

/** The files that a rule means. Source: Moddable SDK tools/mcmanifest.js, Rule.iterate. */
function matchesOf(rule: ModuleRule): readonly Match[] {
  const wanted = path.basename(rule.pattern);
  const star = wanted.lastIndexOf("*");
  const matches: Match[] = [];
  for (const file of filesOf(rule)) {
    const { kind, name } = kindOf(file);
    if (star < 0) {
      if (name === wanted || path.basename(file) === wanted) matches.push({ file, kind, name });
    } else if (name.startsWith(wanted.slice(0, star))) {
      matches.push({ file, kind, name: name.slice(star) });
    }
  }
  if (matches.length === 0) {
    throw rule.fail(`matches no file at ${rule.pattern}; correct the path, or remove the line`);
  }
  return matches;
}

function specifierOf(rule: ModuleRule, match: Match): string {
  const star = rule.key.lastIndexOf("*");
  return star < 0 ? rule.key : rule.key.slice(0, star) + match.name;
}

/** The files found so far. */
class Found {
  readonly #scripts = new Map<string, string>();
  readonly #natives = new Set<string>();
  readonly #typings = new Set<string>();
  readonly #left = new Set<string>();

  add(rule: ModuleRule, match: Match): void {
    if (match.kind === "native") this.#natives.add(match.file);
    if (match.kind === "typing") this.#typings.add(match.file);
    if (match.kind === "script") this.#addScript(rule, match);
  }

  leave(rule: ModuleRule, match: Match): void {
    this.#left.add(specifierOf(rule, match));
  }

  result(): Modules {
    return {
      scripts: [...this.#scripts].map(([specifier, file]) => ({ specifier, file })),
      natives: [...this.#natives],
      typings: [...this.#typings],
      left: [...this.#left],
    };
  }

  #addScript(rule: ModuleRule, match: Match): void {
    const specifier = specifierOf(rule, match);
    const first = this.#scripts.get(specifier) ?? match.file;
    if (first !== match.file) {
      const what = `makes ${match.file} the module "${specifier}", which ${first} is already`;
      throw rule.fail(`${what}; exclude one with "~"`);
    }
    this.#scripts.set(specifier, match.file);
  }
}

/**
 * Finds the files of all rules, each file once under each name.
 * @throws BuildError when a rule matches nothing, or two files claim one specifier.
 */
export function findModules(rules: readonly ModuleRule[]): Modules {
  const isExclusion = (rule: ModuleRule): boolean => rule.key === "~";
  const excluded = new Set(
    rules.filter(isExclusion).flatMap(rule => matchesOf(rule).map(m => m.file)),
  );
  const found = new Found();
  for (const rule of rules.filter(rule => !isExclusion(rule))) {
    for (const match of matchesOf(rule)) {
      if (excluded.has(match.file)) found.leave(rule, match);
      else found.add(rule, match);
    }
  }
  return found.result();
}
