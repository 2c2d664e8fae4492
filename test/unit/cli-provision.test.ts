// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { after, test } from "node:test";
import { packageRoot } from "xs-ota/cli/boards";
import { findPartition } from "xs-ota/cli/flash-image";
import type { KeyKind } from "xs-ota/cli/keys";
import { uf2File } from "xs-ota/cli/provisioning";
import { sdkBoards } from "xs-ota/cli/sdk-boards";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import type { FlashMapPartition } from "xs-ota/common/flash-map";
import { CliProcess, type CliRun } from "xs-ota/test/support/cli";
import { makeTemporaryFolder } from "xs-ota/test/support/files";
import { readProvisioned } from "xs-ota/test/support/provisioned";
import { readFlashMap } from "xs-ota/toolchain/flash-map";

const { folder, remove } = makeTemporaryFolder();
after(remove);
const at = (name: string): string => join(folder, name);

/** Writes the files of a thing. */
async function addThing(name: string, kind: KeyKind): Promise<void> {
  const { certificate, privateKey } = await createCodeSigningPair(kind, name, 1);
  writeFileSync(at(`things/${name}.cert.pem`), certificate);
  writeFileSync(at(`things/${name}.key.pem`), privateKey);
}

const signer = await createCodeSigningPair("ecdsa-p256", "signer", 1);
mkdirSync(at("things"));
writeFileSync(at("signer.pem"), signer.certificate);
writeFileSync(at("signer.key.pem"), signer.privateKey);
writeFileSync(at("app.img"), "an image");
await addThing("lamp", "rsa-2048");
await addThing("curve", "ecdsa-p256");

/** Runs `xs-ota provision` without a cloud: on AWS, whose root certificate comes with Node. */
const provision = (...args: string[]): Promise<CliRun> =>
  new CliProcess(
    ["provision", "--cert", "signer.pem", "--connect", "a.example:8883", "--json", ...args],
    folder,
  ).end();

const cut = (bytes: Uint8Array, { offset, size }: FlashMapPartition): Uint8Array =>
  bytes.subarray(offset, offset + size);

interface Told {
  readonly file: string;
  readonly size: number;
  readonly partition?: FlashMapPartition;
  readonly steps: readonly string[];
}

// Source: the rows `data` of hosts/esp32/partitions.
for (const [table, offset] of Object.entries({
  "4mb": 0x3d4000,
  "8mb": 0x7d4000,
  "16mb": 0xfd4000,
})) {
  test(`an ESP32 with ${table} gets its whole data partition, and its place is told`, async () => {
    const partitions = join(packageRoot, `hosts/esp32/partitions/${table}.csv`);
    const out = `${table}.bin`;
    const args = ["--board", "esp32", "--thing", "lamp", "--partitions", partitions, "--out", out];
    const { values } = await provision(...args);
    const { partition, steps } = values[0] as Told;
    assert.equal(partition?.offset, offset);
    assert.deepEqual(steps, [
      `esptool write-flash 0x${offset.toString(16)} ${out}`,
      `parttool.py write_partition --partition-name data --input ${out}`,
    ]);
    assert.equal(readFileSync(at(out)).length, 0x10000);
  });
}

test("what is in an ESP32's data partition is what the device reads", async () => {
  const args = ["--board", "esp32", "--thing", "lamp", "--out", "lamp.bin"];
  const { code, error } = await provision(...args);
  assert.equal(code, 0, error);
  const { thingName, endpoint, certificates, tls } = readProvisioned(readFileSync(at("lamp.bin")));
  assert.equal(thingName, "lamp");
  assert.deepEqual(endpoint, { host: "a.example", port: 8883 });
  assert.deepEqual(certificates, { "code-signing": signer.certificate });
  assert.ok(tls);
  assert.equal(tls.certificate, readFileSync(at("things/lamp.cert.pem"), "utf8"));
  assert.match(tls.rootCertificate, /^-----BEGIN CERTIFICATE-----\nMIIDQTCC/, "Amazon's");
});

test("a whole flash has the identity in its data partition", async () => {
  const args = ["--board", "linux", "--thing", "curve", "--image", "app.img"];
  const { code, error, values } = await provision(...args);
  assert.equal(code, 0, error);
  const { file } = values[0] as Told;
  const data = findPartition(readFlashMap("hosts/linux/flash.json"), "data");
  assert.equal(readProvisioned(cut(readFileSync(at(file)), data)).thingName, "curve");
});

/** What the blocks of a UF2 file put from `address` on. Source: "USB Flashing Format (UF2)", "File format". */
function readUf2(file: Uint8Array, address: number): Uint8Array {
  const bytes = new Uint8Array((file.length / 512) * 256).fill(0xff);
  for (let block = 0; block < file.length; block += 512) {
    const words = new DataView(file.buffer, file.byteOffset + block, 512);
    const size = words.getUint32(16, true);
    bytes.set(file.subarray(block + 32, block + 32 + size), words.getUint32(12, true) - address);
  }
  return bytes;
}

test("the UF2 file of an nRF52840 has bootloader, identity and image, and nothing of the external flash", () => {
  writeFileSync(at("bootloader.bin"), "a bootloader");
  const board = { ...sdkBoards.nrf52, bootloader: relative(packageRoot, at("bootloader.bin")) };
  const endpoint = { host: "a.example", port: 8883 };
  const certificates = { signer: signer.certificate };
  const identity = { thingName: "curve", endpoint, certificates };
  const { provision } = uf2File("nrf52", board);
  const { content } = provision({ identity, image: Buffer.from("an image") });
  const flash = readUf2(content, board.flashAddress);
  assert.equal(flash.length, board.internalSize);
  const part = (name: string): Uint8Array =>
    cut(flash, findPartition(readFlashMap(board.flashMap), name));
  assert.deepEqual(readProvisioned(part("data")), identity);
  assert.equal(Buffer.from(part("boot")).toString("utf8", 0, 12), "a bootloader");
  assert.equal(Buffer.from(part("slot-a")).toString("utf8", 0, 8), "an image");
});

test("the file, which has a private key in it, is for its owner alone, and is replaced only with --force", async () => {
  const args = ["--board", "esp32", "--thing", "lamp", "--out", "once.bin"];
  assert.equal((await provision(...args)).code, 0);
  writeFileSync(at("once.bin"), "mine", { mode: 0o644 });
  const again = await provision(...args);
  assert.equal(again.code, 3);
  assert.match(again.error, /once\.bin exists already.*--force/);
  assert.equal(readFileSync(at("once.bin"), "utf8"), "mine");
  assert.equal((await provision(...args, "--force")).code, 0);
  assert.equal(readProvisioned(readFileSync(at("once.bin"))).thingName, "lamp");
  assert.equal(statSync(at("once.bin")).mode & 0o777, 0o600);
});

test("a key as AWS hands it out, PKCS #1, reaches the device as PKCS #8", async () => {
  mkdirSync(at("aws"));
  const key = createPrivateKey(readFileSync(at("things/lamp.key.pem")));
  writeFileSync(at("aws/lamp.key.pem"), key.export({ type: "pkcs1", format: "pem" }));
  writeFileSync(at("aws/lamp.cert.pem"), readFileSync(at("things/lamp.cert.pem")));
  const args = ["--board", "esp32", "--thing", "lamp", "--things", "aws", "--out", "aws.bin"];
  assert.equal((await provision(...args)).code, 0);
  const { tls } = readProvisioned(readFileSync(at("aws.bin")));
  assert.equal(tls?.privateKey, readFileSync(at("things/lamp.key.pem"), "utf8"));
});

test("without TLS no credentials are needed, and none are written", async () => {
  const args = ["--board", "linux", "--thing", "new", "--image", "app.img"];
  const { code, error } = await provision(...args, "--plain-mqtt", "127.0.0.1:1883");
  assert.equal(code, 0, error);
  const data = findPartition(readFlashMap("hosts/linux/flash.json"), "data");
  assert.equal(readProvisioned(cut(readFileSync(at("devices/new.flash")), data)).tls, undefined);
});

await addThing("mixed", "rsa-2048");
writeFileSync(at("things/mixed.cert.pem"), readFileSync(at("things/lamp.cert.pem")));
writeFileSync(at("no-data.csv"), "nvs,data,nvs,0x9000,16K\n");
writeFileSync(at("broken.csv"), "nvs,data,nvs,0x9000,16K\ndata\n");

// prettier-ignore
const refusals: readonly (readonly [what: string, args: readonly string[], code: number, message: RegExp])[] = [
  ["a thing without files",       ["--board", "esp32", "--thing", "nobody"],          3, /nobody\.cert\.pem: there is no such file.*things add/],
  ["a key that its TLS does not take", ["--board", "esp32", "--thing", "curve"],      3, /curve\.key\.pem is of type ec.*takes rsa 2048 only.*--key-type rsa-2048/],
  ["a key of another certificate", ["--board", "esp32", "--thing", "mixed"],          3, /mixed\.key\.pem is not the key of .*mixed\.cert\.pem/],
  ["a key as code-signing certificate", ["--board", "esp32", "--thing", "lamp", "--cert", "signer.key.pem"], 3, /certificate signer\.key\.pem cannot be used/],
  ["a root that is no certificate", ["--board", "esp32", "--thing", "lamp", "--root", "app.img"], 3, /root certificate app\.img cannot be used/],
  ["a table without data",        ["--board", "esp32", "--thing", "lamp", "--partitions", "no-data.csv"], 3, /no-data\.csv has no partition \\"data\\"/],
  ["a table that is not valid",   ["--board", "esp32", "--thing", "lamp", "--partitions", "broken.csv"],  3, /broken\.csv:2/],
  ["a table that is not there",   ["--board", "esp32", "--thing", "lamp", "--partitions", "none.csv"],    3, /none\.csv/],
  ["an image for an ESP32",       ["--board", "esp32", "--thing", "lamp", "--image", "app.img"],          2, /an ESP32 takes no --image/],
  ["no image for another board",  ["--board", "linux", "--thing", "curve"],           2, /a new linux needs --image/],
  ["a table for another board",   ["--board", "linux", "--thing", "curve", "--image", "app.img", "--partitions", "no-data.csv"], 2, /linux takes no --partitions/],
  ["an unknown board",            ["--board", "z80", "--thing", "lamp"],              2, /z80.*Allowed choices/],
];

for (const [what, args, code, message] of refusals) {
  test(`provision refuses ${what}, and says what to do`, async () => {
    const run = await provision(...args, "--out", "refused");
    assert.match(run.error, message);
    assert.equal(run.code, code);
  });
}
