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
 * The modules that are preloaded and that `roots` import, directly or not, each after the ones that it imports.
 * @throws BuildError when one of them imports a module that is not preloaded.
 */
export function orderImports(
  compiled: readonly ScriptModule[],
  roots: readonly ScriptModule[],
  isPreloaded: (module: ScriptModule) => boolean,
): readonly ScriptModule[] {
  const modules = new Map(compiled.map(module => [module.specifier, module]));
  const begun = new Set<ScriptModule>();
  const ordered: ScriptModule[] = [];
  const visit = (importer: ScriptModule): void => {
    for (const specifier of importsIn(importer)) {
      const module = modules.get(specifier);
      if (module === undefined || begun.has(module)) continue;
      if (isPreloaded(module)) {
        begun.add(module);
        visit(module);
        ordered.push(module);
      } else if (isPreloaded(importer)) {
        const what = `is preloaded, and imports "${specifier}", which is not`;
        throw BuildError.at(importer.file, 0, `${what}; add that to "preload", too`);
      }
    }
  };
  for (const root of roots) visit(root);
  return ordered;
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
