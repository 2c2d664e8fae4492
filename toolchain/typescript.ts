// SPDX-License-Identifier: MIT
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { BuildError } from "./build-error.js";
import type { Manifest } from "./manifest.js";
import type { ScriptModule } from "./modules.js";
import { writeIfChanged } from "./output.js";

const isTypeScript = (module: ScriptModule): boolean => module.file.endsWith(".ts");

/** The deepest folder that holds all of `files`. */
function commonFolder(files: readonly string[]): string {
  let folder = path.dirname(files[0] ?? path.sep);
  while (!files.every(file => file.startsWith(path.join(folder, path.sep)))) {
    folder = path.dirname(folder);
  }
  return folder;
}

/**
 * XS 13 runs ES2022. The library is written for strict TypeScript; an application that is not says so in
 * the manifest's `typescript.tsconfig.compilerOptions`, as for mcconfig.
 */
function tsconfigOf(manifest: Manifest, rootDir: string, folder: string): object {
  const sources = manifest.scripts.filter(isTypeScript);
  return {
    compilerOptions: {
      target: "es2022",
      lib: ["es2022"],
      module: "esnext",
      moduleResolution: "bundler",
      strict: true,
      types: [],
      ...manifest.compilerOptions,
      paths: Object.fromEntries(sources.map(m => [m.specifier, [m.file]])),
      rootDir,
      outDir: path.join(folder, "js"),
      sourceMap: true,
      noEmitOnError: true,
      incremental: true,
      tsBuildInfoFile: path.join(folder, "tsbuildinfo"),
    },
    files: [...sources.map(m => m.file), ...manifest.typings],
  };
}

function runCompiler(tsconfig: string): void {
  const compiler = createRequire(import.meta.url).resolve("typescript/lib/tsc.js");
  const run = spawnSync(process.execPath, [compiler, "-p", tsconfig, "--pretty", "false"], {
    encoding: "utf8",
  });
  if (run.status === 0) return;
  throw new BuildError((run.stdout + run.stderr).trim());
}

/**
 * Compiles the TypeScript modules of a manifest into `folder`.
 * @returns all modules, each with the JavaScript file to use.
 * @throws BuildError with the compiler's own messages, `file(line,column): error TS…`.
 */
export function compileTypeScript(manifest: Manifest, folder: string): readonly ScriptModule[] {
  const sources = manifest.scripts.filter(isTypeScript);
  if (sources.length === 0) return manifest.scripts;
  const rootDir = commonFolder([...sources.map(m => m.file), ...manifest.typings]);
  const tsconfig = path.join(folder, "tsconfig.json");
  mkdirSync(folder, { recursive: true });
  writeIfChanged(tsconfig, JSON.stringify(tsconfigOf(manifest, rootDir, folder), undefined, 1));
  runCompiler(tsconfig);
  const emitted = (file: string): string =>
    path.join(folder, "js", path.relative(rootDir, file)).replace(/ts$/, "js");
  return manifest.scripts.map(m =>
    isTypeScript(m) ? { specifier: m.specifier, file: emitted(m.file) } : m,
  );
}
