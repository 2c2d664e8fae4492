// SPDX-License-Identifier: MIT
import { formatTlvs, HASH_SIZE, tlvTypes } from "xs-ota/image/mcuboot";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import { isSameBytes } from "xs-ota/pal/bytes";
import type { Crypto } from "xs-ota/pal/crypto";
import { openDataFile } from "xs-ota/pal/flash/data-file";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import type { Pal } from "xs-ota/pal/pal";
import { firmware } from "../support/agent-bench.js";
import { SimFlash } from "../support/sim-flash.js";
import { describePal, type PalPort } from "./pal.js";

const slot = { blockSize: 1024, writeSize: 4, erasedByte: 0xff, size: 8192 };

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** A digest for tests alone: the bytes themselves, so that it differs wherever they do. */
const crypto: Crypto = Object.freeze({
  sha256: () => {
    let bytes: Uint8Array = new Uint8Array(0);
    return {
      update: (piece: Uint8Array) => void (bytes = joined(bytes, piece)),
      digest: () => bytes,
    };
  },
  verify: (_scheme: string, _certificate: Uint8Array, digest: Uint8Array, signature: Uint8Array) =>
    isSameBytes(digest, signature),
});

const device = {
  resetReason: "power-on",
  restart: () => undefined,
  random: () => 0.5,
} as const;
const certificates = Object.freeze({
  find: (name: string) => (name === "signer" ? Uint8Array.of(1) : undefined),
});

const parts = Object.freeze({ crypto, certificates, device });

/** A Pal that finds on its flash what it needs. */
function portOver(reopen: () => Pal, bytes: Uint8Array): PalPort {
  const file = {
    path: "f",
    size: bytes.length,
    fileType: 0,
    certificateName: "signer",
    scheme: "sig-sha256-ecdsa",
    signature: bytes,
  } as const;
  return { pal: reopen(), file, bytes, reopen };
}

describePal("FlashPal over MCUboot's slots", () => {
  const [a, b] = [new SimFlash(slot), new SimFlash(slot)];
  const digest = { type: tlvTypes.sha256, value: new Uint8Array(HASH_SIZE).fill(5) };
  const image = joined(firmware("1.1.0", 3000), formatTlvs(false, [digest]));
  return portOver(() => new FlashPal({ ...parts, boot: new McubootControl(a, b) }), image);
});

describePal("FlashPal over a data partition", () => {
  const data = new SimFlash({ ...slot, size: 10_240 });
  const bytes = Uint8Array.from({ length: 3000 }, (_, at) => (at * 31) & 0xff);
  return portOver(() => openDataFile(data, parts).pal, bytes);
});
