// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { clock as machine } from "xs-ota/host/clock";
import { type NodeHost, openHost } from "xs-ota/host/host";
import { encodeUtf8 } from "xs-ota/job/utf8";
import { parseVersion } from "xs-ota/job/version";
import type { FlashPartition } from "xs-ota/pal/flash";
import { type FlashFile, openFlashFile, smallMap } from "xs-ota/test/support/file-flash";
import { openBroker } from "xs-ota/test/support/mqtt-broker";
import { packImage, signImage } from "xs-ota/toolchain/image";

function writePadded(partition: FlashPartition, bytes: Uint8Array): void {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0xff);
  padded.set(bytes);
  partition.write(padded, 0);
}

function writeIdentity({ flash }: FlashFile, port: number): void {
  const endpoint = { host: "127.0.0.1", port };
  const identity = { thingName: "thing-1", endpoint, certificates: { "a.pem": "PEM" } };
  writePadded(flash.partition("data"), encodeUtf8(JSON.stringify(identity)));
}

function provision(file: FlashFile, port: number, version = "1.2.3"): void {
  writeIdentity(file, port);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const image = packImage({ body: new Uint8Array(1000).fill(7), version });
  writePadded(file.flash.partition("slot-a"), signImage(image, pem));
}

/** Runs `use` with a device and its broker, and closes both: a device that is left open connects again for ever. */
async function withHost<T>(
  use: (host: NodeHost, connected: Promise<{ id: string }>) => T | Promise<T>,
  version?: string,
): Promise<T> {
  const broker = await openBroker();
  const file = openFlashFile();
  try {
    provision(file, broker.port, version);
    const connected = once(broker.aedes, "client").then(([client]) => client as { id: string });
    const host = openHost({ flashFile: file.path, flashMap: smallMap });
    try {
      return await use(host, connected);
    } finally {
      await host.close();
    }
  } finally {
    file.remove();
    await broker.close();
  }
}

test("a provisioned flash file opens as a device that connects under its thing's name", () =>
  withHost(async (host, connected) => {
    assert.equal((await connected).id, "thing-1");
    assert.equal(host.identity.thingName, "thing-1");
    assert.equal(host.runningVersion, "1.2.3");
    assert.equal(host.pal.getPlatformImageState(), "Valid");
    assert.equal(host.pal.identify("running")?.length, 32);
    assert.equal(host.pal.identify("spare"), undefined);
    host.journal.save(Uint8Array.of(1, 2, 3));
    assert.deepEqual(host.journal.load(), Uint8Array.of(1, 2, 3));
  }));

test("an image with a build number runs as a version that an agent takes", async () => {
  const runningVersion = await withHost(host => host.runningVersion, "1.2.3+4");
  assert.equal(runningVersion, "1.2.3");
  assert.equal(parseVersion(runningVersion), 0x01_02_0003);
});

test("nothing that waits on a device's clock happens after the device is closed", async () => {
  const fired: string[] = [];
  const { clock } = await withHost(async host => {
    await new Promise<void>(resolve => host.clock.after(0, resolve));
    host.clock.after(1, () => fired.push("before"));
    host.clock.after(1, () => fired.push("cancelled")).cancel();
    return host;
  });
  clock.after(1, () => fired.push("after"));
  // Timers of the same delay fire in the order of their making.
  await new Promise<void>(resolve => machine.after(1, resolve));
  assert.deepEqual(fired, []);
});

test("a flash that is not provisioned is refused, and says so", () => {
  const file = openFlashFile();
  assert.throws(() => openHost({ flashFile: file.path, flashMap: smallMap }), {
    code: "argument-invalid",
    message: /provision/u,
  });
  file.remove();
});

test("a flash whose slot-a is empty, or holds what is no image, is refused", () => {
  const file = openFlashFile();
  writeIdentity(file, 1883);
  const open = (): unknown => openHost({ flashFile: file.path, flashMap: smallMap });
  assert.throws(open, { code: "image-malformed" });
  writePadded(file.flash.partition("slot-a"), new Uint8Array(64).fill(7));
  assert.throws(open, { code: "image-malformed" });
  file.remove();
});

test("the Linux device's flash map is the default", () => {
  const file = openFlashFile();
  // Shorter than the map: what is read beyond its end is a failure of the flash.
  assert.throws(() => openHost({ flashFile: file.path }), { code: "flash-failed" });
  file.remove();
});
