// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { BuildError } from "./build-error.js";
import type { ScriptModule } from "./modules.js";

/**
 * The specifier that `import "name"` means inside module `from`: relative names are resolved against it,
 * and a final .js or .mjs goes. The runtime's loader does the same.
 * Source: XS, xsPlatforms.c, fxFindModule.
 */
export function resolveImport(from: string, name: string): string {
  const bare = name.replace(/\.m?js$/, "");
  return /^\.\.?\//.test(bare) ? path.posix.join(path.posix.dirname(from), bare) : bare;
}

function importsOf(text: string): readonly ts.FileReference[] {
  return ts.preProcessFile(text, true, true).importedFiles;
}

/** The modules that a compiled module imports, by specifier. */
function importsIn({ specifier, file }: ScriptModule): readonly string[] {
  const imports = importsOf(readFileSync(file, "utf8"));
  return imports.map(({ fileName }) => resolveImport(specifier, fileName));
}

/**
 * Those of the modules that are preloaded, each after the ones that it imports.
 * @throws BuildError when one of them imports a module that is not.
 */
export function orderPreload(
  compiled: readonly ScriptModule[],
  preload: ReadonlySet<string>,
): readonly ScriptModule[] {
  const modules = new Map(compiled.map(module => [module.specifier, module]));
  const ordered = new Set<ScriptModule>();
  const begun = new Set<string>();
  const visit = (specifier: string, importer?: ScriptModule): void => {
    const module = modules.get(specifier);
    if (module === undefined || !preload.has(specifier)) {
      const what = `is preloaded, and imports "${specifier}", which is not`;
      throw BuildError.at(importer?.file ?? specifier, 0, `${what}; add that to "preload", too`);
    }
    if (begun.has(specifier)) return;
    begun.add(specifier);
    for (const name of importsIn(module)) visit(name, module);
    ordered.add(module);
  };
  for (const specifier of preload) visit(specifier);
  return [...ordered];
}

/** Where the source file, from which tsc may have made another, names `name`. */
function lineOf(source: string, name: string): number {
  const text = readFileSync(source, "utf8");
  const position = importsOf(text).find(i => i.fileName === name)?.pos ?? 0;
  return text.slice(0, position).split("\n").length;
}

/**
 * Checks that every import of every module is in the bundle.
 * @param compiled the modules as JavaScript, which has no type-only imports.
 * @param sources the same modules as they were written.
 * @throws BuildError for the first one that is missing.
 */
export function checkImports(
  compiled: readonly ScriptModule[],
  sources: readonly ScriptModule[],
): void {
  const known = new Set(compiled.map(m => m.specifier));
  for (const [i, { specifier, file }] of compiled.entries()) {
    for (const { fileName } of importsOf(readFileSync(file, "utf8"))) {
      const id = resolveImport(specifier, fileName);
      if (known.has(id)) continue;
      const source = sources[i]?.file ?? file;
      const what = `imports "${fileName}", and there is no module "${id}"`;
      const remedy = `add it to "modules" of the manifest, or correct the name`;
      throw BuildError.at(source, lineOf(source, fileName), `${what}; ${remedy}`);
    }
  }
}
