// SPDX-License-Identifier: MIT
import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { flashSize, type FlashMap } from "xs-ota/common/flash-map";
import { readIdentity } from "xs-ota/common/identity";
import { bootFacts, decideBoot, type BootAction } from "xs-ota/pal/boot/table";
import { readTrailer, slotLayout, type TrailerFlags } from "xs-ota/pal/boot/trailer";
import type { FlashPartition } from "xs-ota/pal/flash";
import { isErased } from "xs-ota/pal/flash/erased";
import { openDataControl } from "xs-ota/pal/flash/data-file";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { findPartition } from "../flash-image.js";
import { reportImage } from "./image-report.js";
import { ReportWriter, type Report } from "./report.js";

const afterReset: Readonly<Record<BootAction, string>> = Object.freeze({
  none: "start slot-a",
  test: "swap the image of slot-b in, and start it on trial",
  permanent: "swap the image of slot-b in for good",
  revert: "swap the old image back: the trial was not confirmed",
  resume: "finish the swap that was cut",
});

/**
 * What is on a device's flash, what the bootloader will do with it, and what is wrong with it.
 * @param keysOffset where in its boot partition the trusted keys begin
 */
export function reportFlash(
  flash: Uint8Array,
  map: FlashMap,
  targets: readonly string[],
  keysOffset = 0,
): Report {
  const writer = new ReportWriter("flash");
  writer.fact("size", `${flash.length} bytes`);
  if (flash.length !== flashSize(map)) {
    writer.problem(
      `it is no image, delta or job document, nor the ${flashSize(map)} bytes of the board's flash: is it another board's?`,
    );
    return writer.finish();
  }
  const open = (name: string): FlashPartition => openPartition(flash, map, name);
  const keys = readWhole(open("boot")).subarray(keysOffset);
  const trusted = writer.attempt(() => parseTrustedKeys(keys)) ?? [];
  writer.fact("trusted keys", trusted.length);
  if (trusted.length === 0) writer.problem("no key is trusted: the bootloader will start no image");
  const slots = { a: open("slot-a"), b: open("slot-b") };
  const layout = slotLayout(slots.a.geometry, slots.b.geometry);
  const trailers = { a: readTrailer(slots.a, layout.a), b: readTrailer(slots.b, layout.b) };
  writer.fact("at a reset", afterReset[decideBoot(bootFacts(trailers.a, trailers.b))]);
  for (const name of ["a", "b"] as const) {
    const bytes = readWhole(slots[name]).subarray(0, layout.capacity);
    const blank = isErased(slots[name], 0, map.blockSize);
    const image = { kind: `slot-${name}`, bytes, trusted, targets };
    const slot = blank ? reportBlank(`slot-${name}`) : reportImage(image);
    writer.part(withTrailer(slot, trailers[name]));
  }
  writer.part(reportJournal(open("journal")));
  writer.part(reportIdentity(open("data")));
  const hasFiles = map.partitions.some(({ name }) => name === "files");
  if (hasFiles) writer.part(reportDataFile(open("files")));
  return writer.finish();
}

/** A partition of a flash file, to be read only. */
function openPartition(flash: Uint8Array, map: FlashMap, name: string): FlashPartition {
  const { offset: start, size } = findPartition(map, name);
  const { blockSize, writeSize, erasedByte } = map;
  const refuse = (): never => {
    throw new Error("an inspected flash is not written");
  };
  return {
    geometry: { size, blockSize, writeSize, erasedByte },
    read: (into, offset) => into.set(flash.subarray(start + offset, start + offset + into.length)),
    write: refuse,
    erase: refuse,
  };
}

function readWhole(partition: FlashPartition): Uint8Array {
  const bytes = new Uint8Array(partition.geometry.size);
  partition.read(bytes, 0);
  return bytes;
}

/** Source: docs/flash-format.md, "Trusted keys": u16 length and DER each, ended by a length of 0. */
function parseTrustedKeys(bytes: Uint8Array): KeyObject[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const keys: KeyObject[] = [];
  for (let offset = 0; ;) {
    const length = view.getUint16(offset, true);
    if (length === 0 || length === 0xffff) return keys;
    const key = Buffer.from(bytes.subarray(offset + 2, offset + 2 + length));
    keys.push(parseKey(key));
    offset += 2 + length;
  }
}

/** EC keys are SubjectPublicKeyInfo, RSA keys PKCS #1. */
function parseKey(key: Buffer): KeyObject {
  try {
    return createPublicKey({ key, format: "der", type: "spki" });
  } catch {
    return createPublicKey({ key, format: "der", type: "pkcs1" });
  }
}

function reportBlank(kind: string): Report {
  return { kind, facts: { image: "none" }, problems: [], parts: [] };
}

function withTrailer(report: Report, { magic, swapType, copyDone, imageOk }: TrailerFlags): Report {
  const text = `magic ${magic}, swap type ${swapType}, copy done ${copyDone}, image ok ${imageOk}`;
  return { ...report, facts: { ...report.facts, trailer: magic === "bad" ? "none" : text } };
}

function reportJournal(partition: FlashPartition): Report {
  const writer = new ReportWriter("journal");
  const record = writer.attempt(() => new FlashJournal(partition).load());
  writer.fact("update under way", record === undefined ? "no" : `yes, ${record.length} bytes`);
  return writer.finish();
}

function reportIdentity(partition: FlashPartition): Report {
  const writer = new ReportWriter("data");
  const found = writer.attempt(() => readIdentity(partition));
  if (found === undefined) return writer.finish();
  writer.fact("thing", found.thingName);
  writer.fact("endpoint", `${found.endpoint.host}:${found.endpoint.port}`);
  writer.fact("certificates", Object.keys(found.certificates).join(", "));
  return writer.finish();
}

function reportDataFile(partition: FlashPartition): Report {
  const writer = new ReportWriter("files");
  const control = writer.attempt(() => openDataControl(partition));
  if (control === undefined) return writer.finish();
  const { file, capacity } = control;
  const trial = control.imageState() === "PendingCommit" ? ", on trial" : "";
  writer.fact("file", file === undefined ? "none" : `${file.size} bytes${trial}`);
  writer.fact("room", `${capacity} bytes`);
  return writer.finish();
}
