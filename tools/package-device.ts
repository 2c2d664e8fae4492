// SPDX-License-Identifier: MIT
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/*
 * The device's half of the npm package, in build/device: what tsc has put there, JavaScript and typings, gets the
 * manifests, the native code, and what mcpack wants. mcpack reads no TypeScript, so that there is none.
 * Source: Moddable SDK 8.2.3 tools/mcpack.js.
 */

const device = "build/device";

/** What the hosts that the package has are made of; the hosts of the other platforms need what `make` fetches and builds. */
const folders: readonly string[] = [
  "hosts/common",
  "hosts/esp32",
  "hosts/linux/process",
  "hosts/runtime",
  "hosts/sdk",
  "hosts/simulator",
  "hosts/typings",
  "toolchain/bootloader",
  "without/deltas",
  "without/http",
  "without/json-streams",
];

/** Native code and what else the manifests and their users name, beside the compiled TypeScript. */
const copied = /(?:\.c|\.h|\.csv|\.defaults|\.d\.ts)$/;

/** What mcconfig says of platforms whose host the package does not have. */
const elsewhere = {
  error:
    "xs-ota's npm package has hosts for esp32, lin, mac and win; for this one clone xs-ota and include its manifest.json",
};

/** What applications import, by its path in the package: the names in `exports` that have a "moddable". */
const entries: Readonly<Record<string, string>> = Object.freeze({
  index: "xs-ota",
  host: "xs-ota/host/host",
});

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A manifest of compiled modules: a file that is named with its extension has its typings beside it. */
function compiled(value: Json): Json {
  if (typeof value === "string") return isSource(value) ? compiledFiles(value) : value;
  if (Array.isArray(value)) return value.flatMap(compiled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, compiled(part)]));
}

const isSource = (name: string): boolean => name.endsWith(".ts") && !name.endsWith(".d.ts");

const compiledFiles = (name: string): readonly string[] =>
  [".js", ".d.ts"].map(extension => name.replace(/\.ts$/, extension));

function write(name: string, text: string): void {
  const file = path.join(device, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const asJson = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The manifest that chooses the host. */
function hostsManifest(): object {
  const { platforms } = JSON.parse(readFileSync("hosts/manifest.json", "utf8")) as {
    readonly platforms: Readonly<Record<string, { readonly include?: string }>>;
  };
  const isHere = ({ include = "" }): boolean =>
    include === "" || folders.includes(path.join("hosts", path.dirname(include)));
  const rows = Object.entries(platforms);
  return {
    platforms: Object.fromEntries(
      rows.map(([name, platform]) => [name, isHere(platform) ? platform : elsewhere]),
    ),
  };
}

const files = folders.flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map(name => path.join(folder, name)),
);
for (const name of files.filter(name => copied.test(name))) cpSync(name, path.join(device, name));
for (const name of [
  "manifest.json",
  "manifest-mqtt.json",
  ...files.filter(name => path.basename(name) === "manifest.json"),
]) {
  const manifest = JSON.parse(readFileSync(name, "utf8")) as Json;
  write(name, asJson(compiled(manifest) as object));
}
write("hosts/manifest.json", asJson(hostsManifest()));
// mcpack makes a module of a package's file, and includes the manifest beside the package.json above it
write("package.json", asJson({ name: "xs-ota", type: "module" }));
for (const [file, id] of Object.entries(entries)) {
  write(`mcpack/${file}.js`, `export * from "moddable:${id}";\n`);
}
