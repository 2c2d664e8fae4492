// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { boardNames, boards, packageRoot, type Board } from "xs-ota/cli/boards";
import { findPartition, makeFlashImage } from "xs-ota/cli/flash-image";
import { reportDocument } from "xs-ota/cli/report/document-report";
import { reportFlash } from "xs-ota/cli/report/flash-report";
import { reportImage } from "xs-ota/cli/report/image-report";
import { allProblems, type Report } from "xs-ota/cli/report/report";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { openDataControl } from "xs-ota/pal/flash/data-file";
import { runCli } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";
import { SimFlash } from "xs-ota/test/support/sim-flash";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { packImage, signImage } from "xs-ota/toolchain/image";

const vendor = await createCodeSigningPair("ecdsa-p256", "vendor", 1);
const stranger = await createCodeSigningPair("rsa-2048", "stranger", 1);
const body = new TextEncoder().encode("the body of the image");
const unsigned = packImage({ body, version: "1.2.3", securityCounter: 7, target: "linux" });
const image = signImage(unsigned, vendor.privateKey);

function inspectImage(bytes: Uint8Array, certificate?: string): Report {
  const trusted = certificate === undefined ? [] : [new X509Certificate(certificate).publicKey];
  return reportImage({ kind: "image", bytes, trusted, targets: ["linux"] });
}

test("an image that is sound says what it is, and has no problems", () => {
  const report = inspectImage(image, vendor.certificate);
  assert.deepEqual(allProblems(report), []);
  assert.equal(report.facts["version"], "1.2.3");
  assert.equal(report.facts["security counter"], 7);
  assert.equal(report.facts["target"], "linux");
  assert.match(String(report.facts["signature"]), /^ECDSA P-256 .* \(valid\)$/);
});

test("an RSA signature is checked too", () => {
  const report = inspectImage(signImage(unsigned, stranger.privateKey), stranger.certificate);
  assert.deepEqual(allProblems(report), []);
  assert.match(String(report.facts["signature"]), /^RSA-2048 PSS .* \(valid\)$/);
});

test("every byte of an image that is flipped shows", () => {
  for (let at = 0; at < image.length; at++) {
    const damaged = image.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x01;
    const problems = allProblems(inspectImage(damaged, vendor.certificate));
    assert.notDeepEqual(problems, [], `byte ${at}`);
  }
});

test("every image that is cut short shows", () => {
  for (let length = 0; length < image.length; length++) {
    const problems = allProblems(inspectImage(image.subarray(0, length), vendor.certificate));
    assert.notDeepEqual(problems, [], `${length} bytes`);
  }
});

test("an image without a signature, and one by a key that is not trusted, are problems", () => {
  assert.match(allProblems(inspectImage(unsigned))[0] ?? "", /no signature/);
  const problems = allProblems(inspectImage(image, stranger.certificate));
  assert.match(problems[0] ?? "", /no trusted key has signed it/);
});

const map = {
  blockSize: 4096,
  writeSize: 4,
  erasedByte: 0xff,
  partitions: [
    { name: "boot", offset: 0, size: 4096 },
    { name: "slot-a", offset: 4096, size: 16384 },
    { name: "slot-b", offset: 20480, size: 16384 },
    { name: "journal", offset: 36864, size: 8192 },
    { name: "data", offset: 45056, size: 4096 },
    { name: "files", offset: 49152, size: 16384 },
  ],
};
const identity = {
  thingName: "lamp",
  endpoint: { host: "127.0.0.1", port: 1883 },
  certificates: { "code-signing": vendor.certificate },
};
const freshFlash = (): Uint8Array => makeFlashImage(map, { identity, image });

test("a new flash has no problems and starts slot-a", () => {
  const report = reportFlash(freshFlash(), map, ["linux"]);
  assert.deepEqual(allProblems(report), []);
  assert.equal(report.facts["at a reset"], "start slot-a");
  const kinds = report.parts.map(({ kind }) => kind);
  assert.deepEqual(kinds, ["slot-a", "slot-b", "journal", "data", "files"]);
  assert.equal(report.parts[3]?.facts["thing"], "lamp");
  assert.deepEqual(report.parts[4]?.facts, { file: "none", room: "4096 bytes" });
});

test("a file that is not firmware shows with its size, and whether it is on trial", () => {
  const { offset, size } = findPartition(map, "files");
  const partition = new SimFlash({ ...map, size });
  const control = openDataControl(partition);
  const fileOf = (): unknown => {
    const flash = freshFlash();
    flash.set(partition.contents(), offset);
    return reportFlash(flash, map, ["linux"]).parts[4]?.facts["file"];
  };
  control.setPending(1000);
  assert.equal(fileOf(), "1000 bytes, on trial");
  control.confirm();
  assert.equal(fileOf(), "1000 bytes");
});

test("a flash whose slot-b is pending says that it will be swapped in", () => {
  const flash = freshFlash();
  flash.set(image, 20480);
  // MCUboot docs/design.md, "Image trailer": boot_magic
  flash.set(Buffer.from("77c295f360d2ef7f3552500f2cb67980", "hex"), 36864 - 16);
  const report = reportFlash(flash, map, ["linux"]);
  assert.match(String(report.facts["at a reset"]), /slot-b in, and start it on trial/);
  assert.match(String(report.parts[1]?.facts["trailer"]), /magic good/);
});

test("a damaged slot, a flash of the wrong size, and an identity that is gone are problems", () => {
  const damaged = freshFlash();
  damaged[4096 + 40] = 0;
  assert.match(allProblems(reportFlash(damaged, map, []))[0] ?? "", /slot-a: .*damaged/);
  const short = freshFlash().subarray(1);
  assert.match(allProblems(reportFlash(short, map, []))[0] ?? "", /another board/);
  const nameless = freshFlash().fill(0xff, 45056, 49152);
  assert.match(allProblems(reportFlash(nameless, map, []))[0] ?? "", /data: /);
});

for (const name of boardNames) {
  test(`a flash file of ${name} is known by its size, as it was made and as its emulator extends it`, async t => {
    const { flashMap, bootloader, emulator }: Board = boards[name];
    const code = bootloader === undefined ? {} : { bootloader: new Uint8Array(1000).fill(1) };
    const made = makeFlashImage(readFlashMap(join(packageRoot, flashMap)), {
      identity,
      image,
      ...code,
    });
    const extended = new Uint8Array(emulator?.flashFileSize ?? made.length);
    extended.set(made);
    const path = join(temporaryFolder(t), "lamp.flash");
    for (const [bytes, args] of [
      [made, []],
      [extended, ["--board", name]],
    ] as const) {
      writeFileSync(path, bytes);
      const { code, values, error } = await runCli("inspect", path, "--json", ...args);
      assert.equal(code, 0, error);
      const { facts, parts } = values[0] as Report;
      assert.deepEqual([facts["board"], facts["trusted keys"]], [name, 1]);
      assert.match(String(parts[0]?.facts["signature"]), /\(valid\)$/);
    }
    writeFileSync(path, made.subarray(1));
    const { code: short, error } = await runCli("inspect", path, "--board", name);
    assert.equal(short, 1);
    assert.match(error, new RegExp(`the ${made.length} bytes of the board's flash`));
  });
}

test("a job document says what a device is going to find, or what is wrong with it", () => {
  const file = {
    filepath: "a.img",
    filesize: 8,
    fileid: 0,
    certfile: "c",
    "sig-sha256-ecdsa": "MAA=",
  };
  const document = { afr_ota: { protocols: ["MQTT"], streamname: "s", files: [file] } };
  const report = reportDocument(JSON.stringify(document));
  assert.deepEqual(allProblems(report), []);
  assert.equal(report.facts["stream"], "s");
  assert.equal(report.parts[0]?.facts["size"], "8 bytes");
  const { filesize, ...rest } = file;
  assert.equal(filesize, 8);
  const broken = { afr_ota: { ...document.afr_ota, files: [rest] } };
  assert.match(allProblems(reportDocument(JSON.stringify(broken)))[0] ?? "", /filesize/);
  assert.match(allProblems(reportDocument("{"))[0] ?? "", /JSON/);
  assert.match(allProblems(reportDocument("{}"))[0] ?? "", /no afr_ota/);
});

test("inspect exits with 0 for a sound image, and with 1 for a damaged one", async t => {
  const folder = temporaryFolder(t);
  const path = join(folder, "app.img");
  const certificate = join(folder, "cert.pem");
  writeFileSync(certificate, vendor.certificate);
  writeFileSync(path, image);
  assert.equal((await runCli("inspect", path, "--cert", certificate)).code, 0);
  writeFileSync(path, Uint8Array.of(...image.subarray(0, 50), 0, ...image.subarray(51)));
  const { code, error, values } = await runCli("inspect", path, "--json");
  assert.equal(code, 1);
  assert.match(error, /damaged/);
  assert.equal((values[0] as Report).problems.length, 1);
});
