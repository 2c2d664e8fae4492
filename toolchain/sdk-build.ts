// SPDX-License-Identifier: MIT
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { BuildError } from "./build-error.js";
import { writeIfChanged } from "./output.js";

export interface SdkBuildOptions {
  /** The application's manifest.json. */
  readonly manifest: string;
  /** Laid over the manifest's `config`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where builds go, a folder for each application; what later builds can use again is kept there. */
  readonly folder: string;
  /** Where the TypeScript compiler is, if none is on the path. */
  readonly tools: string;
}

interface System {
  /** As mcconfig names it. */
  readonly platform: string;
  /** The command line of mcconfig, without its options. */
  readonly mcconfig: readonly [string, ...string[]];
  /** What mcconfig makes. */
  readonly library: string;
  /** Options that Microsoft's compiler takes from the environment. */
  readonly CL?: string;
  /** What takes from a library what only debuggers need; on macOS they are not in it, and its signature would break. */
  readonly strip?: readonly string[];
}

const systems: Readonly<Partial<Record<NodeJS.Platform, System>>> = Object.freeze({
  linux: {
    platform: "lin",
    mcconfig: ["mcconfig"],
    library: "mc.so",
    strip: ["--strip-unneeded"],
  },
  darwin: { platform: "mac", mcconfig: ["mcconfig"], library: "mc.so" },
  // mcconfig.bat has this line, and Node starts no .bat. The SDK asks for no C11, in which _Noreturn is a word.
  win32: {
    platform: "win",
    mcconfig: ["tools", "mcconfig"],
    library: "mc.dll",
    CL: "/D_Noreturn#__declspec(noreturn)",
  },
});

/** The name that images of every application have: mcconfig takes it from the folder of the manifest. */
const NAME = "application";

/**
 * Builds an application for the Moddable simulator of this system: Linux, macOS or Windows.
 * @returns the library that mcconfig makes of it, without what only debuggers need, as gzip: the body of an image.
 * @throws BuildError with what mcconfig says, or with what is not installed.
 */
export function buildSimulatorLibrary(options: SdkBuildOptions): Uint8Array {
  const moddable = process.env["MODDABLE"];
  if (moddable === undefined) {
    throw new BuildError(
      "MODDABLE is not set: the simulator needs the Moddable SDK; see make simulator",
    );
  }
  const system = systems[process.platform];
  if (system === undefined) {
    throw new BuildError("images for the simulator are built on Linux, macOS and Windows only");
  }
  const { platform, mcconfig, strip } = system;
  const application = path.resolve(options.manifest);
  const key = createHash("sha256").update(application).digest("hex").slice(0, 12);
  const folder = path.resolve(options.folder, key);
  const manifest = path.join(folder, NAME, "manifest.json");
  const whole = { include: application, config: options.config };
  mkdirSync(path.dirname(manifest), { recursive: true });
  writeIfChanged(manifest, `${JSON.stringify(whole, undefined, 2)}\n`);
  const release = path.join(moddable, "build/bin", platform, "release");
  const tools = [release, process.env["PATH"], options.tools];
  const CL = system.CL && { CL: `${system.CL} ${process.env["CL"] ?? ""}` };
  const env = { ...process.env, PATH: tools.join(path.delimiter), ...CL };
  const [program, ...first] = mcconfig;
  run(program, [...first, "-m", "-p", platform, "-t", "build", "-o", folder, manifest], env);
  const library = path.join(folder, "bin", platform, "mc/release", NAME, system.library);
  if (strip === undefined) return gzipSync(readFileSync(library));
  const stripped = path.join(folder, "image.so");
  run("strip", [...strip, "-o", stripped, library], env);
  return gzipSync(readFileSync(stripped));
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    env,
    encoding: "utf8",
  });
  if (error !== undefined) throw new BuildError(`${program} cannot be run: ${error.message}`);
  if (status === 0) return;
  const said = `${stdout}\n${stderr}`.split("\n").filter(line => !/^(# |\s*$)/.test(line));
  throw new BuildError([`${program} ended with ${status ?? signal}`, ...said].join("\n"));
}
