// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootControl } from "xs-ota/pal/boot";

/** A device that runs a confirmed image. */
export interface BootPort {
  /** Boot control as the application has it; another one after each reset. */
  readonly boot: BootControl;
  /** Writes a bootable image, another than the running one, to the spare slot. */
  fillSpare(): { readonly digest: Uint8Array; readonly size: number };
  /** Restarts the device through its bootloader. */
  reset(): void;
  close(): void;
}

/** What pal/boot.ts promises, power loss left out: test/power-loss cuts it. @param open gives a device. */
export function describeBoot(name: string, open: () => BootPort): void {
  const on = (what: string, run: (port: BootPort) => void): void => {
    test(`${name}: ${what}`, () => {
      const port = open();
      try {
        run(port);
      } finally {
        port.close();
      }
    });
  };

  on("a confirmed image is valid, and is identified", ({ boot }) => {
    assert.equal(boot.imageState(), "Valid");
    assert.equal(boot.identify("running")?.length, 32);
    assert.ok(boot.capacity > 0 && boot.capacity < boot.spare.geometry.size);
  });

  on("a spare slot without an image is not identified, and cannot be made pending", ({ boot }) => {
    boot.clearSpare();
    boot.spare.erase(0, 1);
    assert.equal(boot.identify("spare"), undefined);
    assert.throws(() => boot.setPending(boot.capacity), { code: "image-malformed" });
  });

  on("a pending image starts on trial, and the old one is kept", port => {
    const old = port.boot.identify("running");
    const digest = tryImage(port);
    assert.equal(port.boot.imageState(), "PendingCommit");
    assert.deepEqual(port.boot.identify("running"), digest);
    assert.deepEqual(port.boot.identify("spare"), old);
  });

  on("an image that is confirmed stays", port => {
    const digest = tryImage(port);
    port.boot.confirm();
    assert.equal(port.boot.imageState(), "Valid");
    port.reset();
    assert.equal(port.boot.imageState(), "Valid");
    assert.deepEqual(port.boot.identify("running"), digest);
  });

  on("an image that is not confirmed makes way for the old one at the next reset", port => {
    const old = port.boot.identify("running");
    const digest = tryImage(port);
    port.reset();
    assert.equal(port.boot.imageState(), "Valid");
    assert.deepEqual(port.boot.identify("running"), old);
    assert.deepEqual(port.boot.identify("spare"), digest);
  });

  on("the spare slot is out of reach during a trial: it holds the fallback image", port => {
    const old = port.boot.identify("running");
    tryImage(port);
    assert.throws(() => port.boot.clearSpare(), { code: "state-invalid" });
    assert.throws(() => port.boot.setPending(1), { code: "state-invalid" });
    assert.deepEqual(port.boot.identify("spare"), old);
    port.reset();
    assert.deepEqual(port.boot.identify("running"), old);
  });

  on("clearing the spare slot takes a request back, and leaves what was received", port => {
    const old = port.boot.identify("running");
    const { digest, size } = port.fillSpare();
    port.boot.setPending(size);
    port.boot.clearSpare();
    assert.deepEqual(port.boot.identify("spare"), digest);
    port.reset();
    assert.deepEqual(port.boot.identify("running"), old);
    assert.equal(port.boot.imageState(), "Valid");
  });

  on("repeating a call is harmless", port => {
    port.boot.clearSpare();
    port.boot.clearSpare();
    const { digest, size } = port.fillSpare();
    port.boot.setPending(size);
    port.boot.setPending(size);
    port.reset();
    port.boot.confirm();
    port.boot.confirm();
    port.reset();
    port.boot.confirm();
    assert.equal(port.boot.imageState(), "Valid");
    assert.deepEqual(port.boot.identify("running"), digest);
  });
}

/** Puts another image on trial. @returns its digest. */
function tryImage(port: BootPort): Uint8Array {
  port.boot.clearSpare();
  const { digest, size } = port.fillSpare();
  port.boot.setPending(size);
  port.reset();
  return digest;
}
