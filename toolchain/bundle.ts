// SPDX-License-Identifier: MIT
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import path from "node:path";
import { checkAgentConfig } from "./agent-config.js";
import { BuildError } from "./build-error.js";
import { checkImports, orderImports } from "./imports.js";
import { mergeObjects, readManifest, type Manifest } from "./manifest.js";
import type { ScriptModule } from "./modules.js";
import { writeIfChanged } from "./output.js";
import { PrivateNames } from "./private-names.js";
import { compileTypeScript } from "./typescript.js";

export interface BundleOptions {
  /** The application's manifest.json. */
  readonly manifest: string;
  /** "linux", … as in `platforms` of the manifest. */
  readonly platform: string;
  /** Laid over the manifest's `config`: what `import config from "mc/config"` gives. */
  readonly config?: Readonly<Record<string, unknown>>;
  /**
   * For code that runs from flash: the bundle is linked beforehand, and never written to; it says which modules are
   * evaluated when a machine is prepared.
   */
  readonly linked?: boolean;
  /** Where the bundle goes. What later builds can use again is kept beside it, in `<out>.build`. */
  readonly out: string;
  /** The bytecode compiler, if not the one that the Makefile builds. */
  readonly compiler?: string;
}

/** The entry module comes first: a device runs the first module of its bundle. */
function mainFirst(modules: readonly ScriptModule[], manifest: string): readonly ScriptModule[] {
  const main = modules.find(m => m.specifier === "main");
  if (main === undefined) {
    throw BuildError.at(manifest, 0, `has no module "main"; add "*": "./main" to "modules"`);
  }
  return [main, ...modules.filter(m => m !== main)];
}

/** `mc/config` as the SDK makes it. Source: Moddable SDK tools/mcconfig.js. */
function writeConfig(manifest: Manifest, options: BundleOptions, folder: string): ScriptModule {
  const over = options.config ?? {};
  const merged = mergeObjects(manifest.config, over);
  checkAgentConfig(manifest, merged, over);
  const config = JSON.stringify(merged, undefined, 1);
  const file = path.join(folder, "mc-config.js");
  writeIfChanged(file, `export default Object.freeze(${config}, true);\n`);
  return { specifier: "mc/config", file };
}

/** The source line of a line of emitted JavaScript; itself when there is no source map. */
function sourceLine(file: string, line: number): string {
  if (!existsSync(`${file}.map`)) return `${file}:${line}`;
  const payload = JSON.parse(readFileSync(`${file}.map`, "utf8")) as SourceMapPayload;
  const entry = new SourceMap(payload).findEntry(line - 1, Number.MAX_SAFE_INTEGER);
  if (!("originalSource" in entry)) return `${file}:${line}`;
  return `${path.resolve(path.dirname(file), entry.originalSource)}:${entry.originalLine + 1}`;
}

/** What the compiler is to do with which modules, in their order. */
interface Compilation {
  readonly modules: readonly ScriptModule[];
  /** What is compiled for each: its file, or one made from it, line by line. */
  readonly files: readonly string[];
  readonly flags: readonly string[];
}

/** Writes each module without private names to `folder`. */
function openPrivateNames(modules: readonly ScriptModule[], folder: string): readonly string[] {
  const names = new PrivateNames();
  return modules.map(({ specifier, file }) => {
    const opened = path.join(folder, "linked", `${specifier}.js`);
    writeIfChanged(opened, names.open(readFileSync(file, "utf8")));
    return opened;
  });
}

/**
 * In a linked bundle, the modules that are preloaded come last, for they may be left out later; those that no other module leads to stay
 * out.
 */
function linkedCompilation(
  modules: readonly ScriptModule[],
  preload: ReadonlySet<string>,
  folder: string,
): Compilation {
  const isPreloaded = ({ specifier }: ScriptModule): boolean =>
    preload.has(specifier) || specifier === "mc/config";
  const others = modules.filter(module => !isPreloaded(module));
  const prepared = orderImports(modules, others, isPreloaded);
  const linked = [...others, ...prepared];
  return {
    modules: linked,
    files: openPrivateNames(linked, folder),
    flags: [`--linked=${prepared.length}`],
  };
}

function runBytecodeCompiler(options: BundleOptions, { modules, files, flags }: Compilation): void {
  const compiler = options.compiler ?? path.resolve("build/xsc/xsc");
  const out = path.resolve(options.out);
  const args = modules.map(({ specifier }, i) => `${specifier}=${files[i] ?? ""}`);
  const run = spawnSync(compiler, [...flags, out, ...args], { encoding: "utf8" });
  if (run.error !== undefined) {
    throw BuildError.at(compiler, 0, `cannot be run (${run.error.message}); run: make xsc`);
  }
  if (run.status === 0) return;
  const message = run.stderr.replace(
    /^(.+?):(\d+): (?=error|warning)/gm,
    (_, file: string, line: string) =>
      `${sourceLine(modules[files.indexOf(file)]?.file ?? file, Number(line))}: `,
  );
  throw new BuildError(message.trim() || `${compiler} ended with ${run.status ?? run.signal}`);
}

/**
 * Builds the bytecode bundle of an application. `out` is written whole, or not at all.
 * @throws BuildError for a mistake in the manifest or in a source, with file and line.
 */
export function buildBundle(options: BundleOptions): void {
  const folder = `${path.resolve(options.out)}.build`;
  mkdirSync(folder, { recursive: true });
  const manifest = readManifest({ file: options.manifest, platform: options.platform });
  const scripts = mainFirst(manifest.scripts, options.manifest);
  const config = writeConfig(manifest, options, folder);
  const modules = [...compileTypeScript({ ...manifest, scripts }, folder), config];
  checkImports(modules, [...scripts, config]);
  const isLinked = options.linked === true;
  const compilation = isLinked
    ? linkedCompilation(modules, manifest.preload, folder)
    : { modules, files: modules.map(({ file }) => file), flags: [] };
  runBytecodeCompiler(options, compilation);
}
