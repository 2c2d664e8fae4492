// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { BuildError } from "xs-ota/toolchain/build-error";
import { findModules, type ScriptModule } from "xs-ota/toolchain/modules";

/*
 * mcconfig 8.2.3 matches a pattern in "preload" with JavaScript only, and says nothing of a name that is no module. So
 * every module is named. One that is not is made in RAM at each start.
 * Source: Moddable SDK tools/mcconfig.js, filterPreload.
 */

interface Manifest {
  readonly include?: string | readonly string[];
  readonly modules?: Readonly<Record<string, string | readonly string[]>>;
  readonly preload?: string | readonly string[];
}

/** What the manifests of a port, ours, come to. */
interface Port {
  readonly scripts: readonly ScriptModule[];
  /** As "modules" has them. */
  readonly keys: readonly string[];
  readonly preload: readonly string[];
}

const list = (value: string | readonly string[] = []): readonly string[] => [value].flat();

/** The SDK's, and the sources of Mbed TLS, which `make` unpacks. */
const isForeign = (name: string): boolean =>
  name.startsWith("$(") || name.includes("/build/mbedtls/");

/** A manifest and all that it includes. */
function manifestsFrom(file: string): readonly (readonly [file: string, manifest: Manifest])[] {
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
  const included = list(manifest.include).filter(name => !isForeign(name));
  const others = included.flatMap(name => manifestsFrom(path.join(path.dirname(file), name)));
  return [[file, manifest], ...others];
}

function readPort(host: string): Port {
  const manifests = ["manifest.json", `hosts/${host}/manifest.json`].flatMap(manifestsFrom);
  const rules = manifests.flatMap(([file, { modules = {} }]) =>
    Object.entries(modules).flatMap(([key, names]) =>
      list(names)
        .filter(name => !isForeign(name))
        .map(name => ({
          key,
          pattern: path.resolve(path.dirname(file), name),
          fail: (message: string) => new BuildError(`${file}: ${message}`),
        })),
    ),
  );
  return {
    scripts: findModules(rules).scripts,
    keys: manifests.flatMap(([, { modules = {} }]) => Object.keys(modules)),
    preload: manifests.flatMap(([, { preload }]) => list(preload)),
  };
}

/** Of types alone there is nothing to preload. */
function isEmpty({ file }: ScriptModule): boolean {
  const compilerOptions = { removeComments: true, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { compilerOptions });
  return outputText.trim() === "export {};";
}

/** Modules of a port that its "preload" does not name. */
function unnamed({ scripts, preload }: Port): readonly string[] {
  const names = new Set(preload);
  const missing = scripts.filter(script => !names.has(script.specifier) && !isEmpty(script));
  return missing.map(({ specifier }) => specifier);
}

/** An nRF52840 keeps its flash for the application, and makes what speaks to the network in RAM. Docs: ADR 0018. */
const exceptions: Readonly<Record<string, RegExp>> = {
  esp32: /^$/,
  nrf52: new RegExp(
    [
      "^embedded:(io|network)/",
      "^xs-ota/common/(connections|http|mqtt.*|network/.*|pem|secure-sockets|tls/.*)$",
      "^xs-ota/host/(host|http-network|network)$",
    ].join("|"),
  ),
  simulator: /^$/,
};

for (const [host, exception] of Object.entries(exceptions)) {
  test(`every module of ours in an image for ${host} is preloaded by its name`, () => {
    const port = readPort(host);
    assert.ok(port.scripts.length >= 90, `${port.scripts.length} modules`);
    assert.deepEqual(
      unnamed(port).filter(name => !exception.test(name)),
      [],
    );
    const modules = new Set([...port.scripts.map(({ specifier }) => specifier), ...port.keys]);
    assert.deepEqual(
      port.preload.filter(name => !modules.has(name) || name.includes("*")),
      [],
    );
  });
}

test("a module that is not named, and one that a pattern names, are noticed", () => {
  const port = readPort("esp32");
  const preload = port.preload.filter(name => !name.startsWith("xs-ota/delta/"));
  const missing = unnamed({ ...port, preload: [...preload, "xs-ota/delta/*"] });
  assert.equal(missing.length, 5);
  assert.ok(missing.includes("xs-ota/delta/vcdiff"));
});
