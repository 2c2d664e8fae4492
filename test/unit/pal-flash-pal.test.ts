// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockBitmap } from "xs-ota/download/bitmap";
import type { BootControl, PalImageState } from "xs-ota/pal/boot";
import { isSameBytes } from "xs-ota/pal/bytes";
import type { Crypto } from "xs-ota/pal/crypto";
import { OtaError } from "xs-ota/pal/error";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import type { PalFile } from "xs-ota/pal/pal";
import { SimFlash } from "../support/sim-flash.js";

const SIZE = 3000;
const image = new Uint8Array(SIZE).map((_, at) => (at * 31) & 0xff);

/** A digest for tests alone: the bytes themselves, so that it differs wherever they do. */
const crypto = (asked: unknown[]): Crypto => ({
  sha256() {
    let bytes = new Uint8Array(0);
    return {
      update(piece) {
        const longer = new Uint8Array(bytes.length + piece.length);
        longer.set(bytes);
        longer.set(piece, bytes.length);
        bytes = longer;
      },
      digest: () => bytes,
    };
  },
  verify(scheme, certificate, digest, signature) {
    asked.push([scheme, certificate.join()]);
    return isSameBytes(digest, signature);
  },
});

class FakeBoot implements BootControl {
  readonly running = undefined;
  readonly spare = new SimFlash({ size: 8192, blockSize: 1024, writeSize: 4, erasedByte: 0xff });
  readonly capacity = 4000;
  readonly calls: string[] = [];
  state: PalImageState = "Valid";
  image: Uint8Array | undefined = Uint8Array.of(1);

  imageState(): PalImageState {
    return this.state;
  }

  clearSpare(): void {
    this.calls.push("clearSpare");
    if (this.state === "PendingCommit") throw new OtaError("state-invalid", "on trial");
  }

  setPending(fileSize: number): void {
    this.calls.push(`setPending ${fileSize}`);
  }

  confirm(): void {
    this.calls.push("confirm");
  }

  revert(): void {
    this.calls.push("revert");
  }

  identify(which: "running" | "spare"): Uint8Array | undefined {
    return which === "spare" ? this.image : Uint8Array.of(7);
  }
}

interface Bench {
  readonly boot: FakeBoot;
  readonly pal: FlashPal;
  /** What was verified: scheme and certificate. */
  readonly asked: unknown[];
  readonly restarts: string[];
}

function bench(): Bench {
  const boot = new FakeBoot();
  const asked: unknown[] = [];
  const restarts: string[] = [];
  const certificates = {
    find: (name: string) => (name === "signer.pem" ? Uint8Array.of(0xce, 0x27) : undefined),
  };
  const device = {
    resetReason: "software",
    restart: () => void restarts.push("restart"),
    random: () => 0.5,
  } as const;
  const pal = new FlashPal({ boot, crypto: crypto(asked), certificates, device });
  return { boot, pal, asked, restarts };
}

const file: PalFile = {
  path: "",
  size: SIZE,
  fileType: 0,
  certificateName: "signer.pem",
  scheme: "sig-sha256-ecdsa",
  signature: image,
};

const nothing = (size = SIZE): BlockBitmap => new BlockBitmap(size, 512);

/** A bench with the whole file on its flash. */
function received(of: PalFile = file): Bench {
  const result = bench();
  result.pal.createFile(of, nothing());
  for (let offset = 0; offset < SIZE; offset += 512) {
    result.pal.writeBlock(offset, image.subarray(offset, offset + 512));
  }
  return result;
}

test("a file is written to the spare slot, which cannot boot meanwhile", () => {
  const { boot } = received();
  assert.deepEqual(boot.spare.contents().slice(0, SIZE), image);
  assert.deepEqual(boot.calls, ["clearSpare"]);
});

test("a file as large as the slot is taken, one byte more is refused before anything is touched", () => {
  const { boot, pal } = bench();
  assert.throws(() => pal.createFile({ ...file, size: 4001 }, nothing(4001)), {
    code: "image-too-large",
    message: "4001 bytes, and the slot has room for 4000",
  });
  assert.deepEqual([boot.calls.length, boot.spare.power.operations], [0, 0]);
  pal.createFile({ ...file, size: 4000 }, nothing(4000));
});

test("a file whose certificate is missing is refused before anything is touched", () => {
  const { boot, pal } = bench();
  assert.throws(() => pal.createFile({ ...file, certificateName: "other.pem" }, nothing()), {
    code: "certificate-invalid",
    message: 'there is no "other.pem"',
  });
  assert.deepEqual([boot.calls.length, boot.spare.power.operations], [0, 0]);
});

test("no file is taken while the running image is on trial, for the slot holds its fallback", () => {
  const { boot, pal } = bench();
  boot.state = "PendingCommit";
  assert.throws(() => pal.createFile(file, nothing()), { code: "state-invalid" });
  assert.throws(() => pal.writeBlock(0, image.subarray(0, 512)), { code: "state-invalid" });
  assert.equal(boot.spare.power.operations, 0);
});

test("a signature that matches is accepted, by the file's scheme and certificate", () => {
  const { pal, asked } = received();
  pal.closeFile();
  assert.deepEqual(asked, [["sig-sha256-ecdsa", "206,39"]]);
});

test("a signature that does not match is refused, and the message names scheme and certificate", () => {
  const { pal, boot } = received({ ...file, signature: image.map(byte => byte ^ 1) });
  assert.throws(() => pal.closeFile(), {
    code: "signature-invalid",
    message: 'sig-sha256-ecdsa does not match the image by "signer.pem"',
  });
  assert.deepEqual(boot.calls, ["clearSpare"]);
});

test("what is verified is what is on the flash: any bit that flips there is found", () => {
  for (const offset of [0, 1023, 1024, 2047, SIZE - 1]) {
    const { pal, boot } = received();
    boot.spare.corrupt(offset, (image[offset] ?? 0) ^ 0x80);
    assert.throws(() => pal.closeFile(), { code: "signature-invalid" }, `byte ${offset}`);
  }
});

test("what is behind the file is not verified", () => {
  const { pal, boot } = received();
  boot.spare.corrupt(SIZE, 0);
  pal.closeFile();
});

test("a file that is signed and no image is refused", () => {
  const { pal, boot } = received();
  boot.image = undefined;
  assert.throws(() => pal.closeFile(), { code: "image-malformed" });
});

test("a certificate that the host cannot use is the host's own error", () => {
  const { boot } = bench();
  const verify = (): boolean => {
    throw new OtaError("certificate-invalid", "not P-256");
  };
  const pal = new FlashPal({
    boot,
    crypto: { ...crypto([]), verify },
    certificates: { find: () => new Uint8Array(1) },
    device: { resetReason: "unknown", restart: () => undefined, random: () => 0 },
  });
  pal.createFile(file, nothing());
  assert.throws(() => pal.closeFile(), { code: "certificate-invalid", message: "not P-256" });
});

test("without a file there is nothing to write, to read or to verify", () => {
  const { pal } = bench();
  for (const run of [
    () => pal.writeBlock(0, image),
    () => pal.closeFile(),
    () => pal.readBlock(0, new Uint8Array(1)),
  ]) {
    assert.throws(run, { code: "state-invalid", message: "no file is open" });
  }
});

test("a file that was given up is open no more, and giving up twice is harmless", () => {
  const { pal } = received();
  pal.abort();
  pal.abort();
  assert.throws(() => pal.closeFile(), { code: "state-invalid" });
});

test("a file that is refused closes the one before it", () => {
  const { pal } = received();
  assert.throws(() => pal.createFile({ ...file, size: 5000 }, nothing(5000)));
  assert.throws(() => pal.closeFile(), { code: "state-invalid" });
});

test("the file is read back, and ends where it ends", () => {
  const { pal } = received();
  const into = new Uint8Array(100);
  assert.equal(pal.readBlock(50, into), 100);
  assert.deepEqual(into, image.slice(50, 150));
  assert.equal(pal.readBlock(SIZE - 10, into), 10);
  assert.deepEqual(into.slice(0, 10), image.slice(-10));
  assert.deepEqual([pal.readBlock(SIZE, into), pal.readBlock(99_999, into)], [0, 0]);
});

test("activation sets the image pending and does not restart; a reset restarts", () => {
  const { pal, boot, restarts } = received();
  pal.activate();
  assert.deepEqual([boot.calls.at(-1), restarts.length], [`setPending ${SIZE}`, 0]);
  pal.reset();
  assert.deepEqual(restarts, ["restart"]);
});

test("Accepted is recorded, Rejected reverts, and the others need no flag", () => {
  const { pal, boot } = bench();
  for (const state of ["Unknown", "Testing", "Aborted"] as const) pal.setPlatformImageState(state);
  assert.deepEqual(boot.calls, []);
  pal.setPlatformImageState("Accepted");
  pal.setPlatformImageState("Rejected");
  assert.deepEqual(boot.calls, ["confirm", "revert"]);
});

test("nothing is activated when no file is open", () => {
  const { pal, boot } = bench();
  assert.throws(() => pal.activate(), { code: "state-invalid" });
  assert.deepEqual(boot.calls, []);
});

test("state and identity are the bootloader's", () => {
  const { pal, boot } = bench();
  for (const state of ["Unknown", "PendingCommit", "Valid", "Invalid"] as const) {
    boot.state = state;
    assert.equal(pal.getPlatformImageState(), state);
  }
  assert.deepEqual(
    [pal.identify("running"), pal.identify("spare")],
    [Uint8Array.of(7), Uint8Array.of(1)],
  );
});
