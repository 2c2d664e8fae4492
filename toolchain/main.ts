// SPDX-License-Identifier: MIT
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { BuildError } from "./build-error.js";
import { buildBundle } from "./bundle.js";
import { readFlashMap, writeFlashMap } from "./flash-map.js";
import { readManifest } from "./manifest.js";
import { writeNatives } from "./natives.js";
import { writeTarget } from "./target.js";
import { fetchXsSource } from "./xs-source.js";

const usage = `usage: toolchain xs-source --out FOLDER
       toolchain natives --manifest FILE --platform NAME --out FOLDER
       toolchain flash-map --manifest FILE --out FILE
       toolchain target --platform NAME --out FILE
       toolchain bundle --manifest FILE --platform NAME [--config JSON] --out FILE`;

interface Arguments {
  readonly manifest: string;
  readonly platform: string;
  readonly config: string;
  readonly out: string;
}

const commands: Readonly<Record<string, (a: Arguments) => void>> = Object.freeze({
  "xs-source": ({ out }) => {
    mkdirSync(path.dirname(out), { recursive: true });
    fetchXsSource("toolchain/xs-source.json", out);
  },
  natives: ({ manifest, platform, out }) =>
    writeNatives(readManifest({ file: manifest, platform }), out),
  "flash-map": ({ manifest, out }) => writeFlashMap(readFlashMap(manifest), out),
  target: ({ platform, out }) => writeTarget(platform, out),
  bundle: ({ manifest, platform, config, out }) =>
    buildBundle({
      manifest,
      platform,
      out,
      config: JSON.parse(config) as Record<string, unknown>,
    }),
});

/** The Makefile's way into the toolchain. */
function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      manifest: { type: "string", default: "manifest.json" },
      platform: { type: "string", default: "linux" },
      config: { type: "string", default: "{}" },
      out: { type: "string" },
    },
  });
  const run = commands[positionals[0] ?? ""];
  if (run === undefined || values.out === undefined) throw new BuildError(usage);
  run({ ...values, out: values.out });
}

try {
  main();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
