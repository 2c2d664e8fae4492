// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { makeProject } from "xs-ota/test/support/project";
import { buildBundle } from "xs-ota/toolchain/bundle";
import { readManifest } from "xs-ota/toolchain/manifest";

/* manifest-mqtt.json: an application without HTTP, deltas and streams in JSON. */

const platforms = ["linux", "mps2-an386", "riscv-virt"] as const;

/** What the parts left out consist of. */
const optional =
  /(^embedded:network\/http|\/http-|\/delta-|\/vcdiff$|\/json-streams$|^xs-ota\/common\/http)/;

const modulesOf = (name: string, platform: string): readonly string[] => {
  const { scripts } = readManifest({ file: path.join(packageRoot, name), platform });
  return scripts.map(({ specifier }) => specifier);
};

for (const platform of platforms) {
  test(`with MQTT only, ${platform} has no module of HTTP, deltas or JSON, but the three in their place`, () => {
    const modules = modulesOf("manifest-mqtt.json", platform);
    const inPlace = ["xs-ota/host/http-network"];
    assert.deepEqual(
      modules.filter(name => optional.test(name)),
      inPlace,
    );
    for (const name of ["xs-ota/download/http", "xs-ota/download/json", "xs-ota/pal/flash/deltas"])
      assert.ok(modules.includes(name), name);
    const left = modulesOf("manifest.json", platform).filter(name => !modules.includes(name));
    assert.ok(left.length >= 10, left.join());
  });
}

/** Builds an application of the library's modules with MQTT only. */
function build(t: TestContext, agent: object, linked = false): void {
  const folder = makeProject(t, {
    "manifest.json": {
      include: path.join(packageRoot, "manifest-mqtt.json"),
      modules: { "*": path.join(packageRoot, "examples/thread/main") },
      config: { agent },
    },
  });
  const manifest = path.join(folder, "manifest.json");
  buildBundle({ manifest, platform: "linux", linked, out: path.join(folder, "app.xsb") });
}

test("an application with MQTT only is checked and bundled", t => {
  build(t, { dataProtocols: ["MQTT"], streamEncoding: "cbor" });
});

test("the build refuses a protocol that it leaves out, with file, line and key", t => {
  assert.throws(() => build(t, { dataProtocols: ["HTTP", "MQTT"] }), {
    name: "BuildError",
    message:
      /manifest\.json:\d+: "config\.agent\.dataProtocols" is \["HTTP","MQTT"\], not a list of "MQTT"; this build has no HTTP/,
  });
});

test("the build refuses an encoding that it leaves out", t => {
  const message = /"config\.agent\.streamEncoding" is "json", not "cbor"; this build has no json/;
  assert.throws(() => build(t, { streamEncoding: "json" }), { message });
});
