// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { newJobId } from "xs-ota/cli/deployment";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { runCli } from "xs-ota/test/support/cli";
import { temporaryFolder } from "xs-ota/test/support/files";
import { packImage, signImage } from "xs-ota/toolchain/image";

const pair = await createCodeSigningPair("ecdsa-p256", "vendor", 1);
const image = signImage(packImage({ body: Buffer.of(1), version: "1.0.0" }), pair.privateKey);
const ROLE = "arn:aws:iam::123456789012:role/ota";

/** A folder with a key, an image, and a configuration whose cloud is at `endpoint`. */
async function workplace(t: TestContext, endpoint = "http://127.0.0.1:9"): Promise<string> {
  const folder = temporaryFolder(t);
  await runCli("keys", "--out", folder);
  writeFileSync(join(folder, "app.img"), image);
  const credentials = { accessKeyId: "a", secretAccessKey: "s" };
  const desk = { endpoint, region: "eu-west-1", credentials, bucket: "b", role: ROLE };
  const text = JSON.stringify({ default: "desk", profiles: { desk } });
  writeFileSync(join(folder, "xs-ota.json"), text);
  return folder;
}

function deployIn(folder: string, ...args: string[]): ReturnType<typeof runCli> {
  const configuration = ["--config", join(folder, "xs-ota.json")];
  const key = ["--key", join(folder, "code-signing.key.pem")];
  return runCli(...configuration, "deploy", join(folder, "app.img"), ...key, ...args);
}

interface Document {
  readonly afr_ota: {
    readonly protocols: string[];
    readonly streamname?: string;
    readonly files: readonly Readonly<Record<string, unknown>>[];
  };
}

test("a dry run prints the document that AWS's CreateOTAUpdate writes", async t => {
  const folder = await workplace(t);
  const { code, values } = await deployIn(folder, "--thing", "lamp", "--dry-run", "--json");
  assert.equal(code, 0);
  const { afr_ota } = values[0] as Document;
  const [file] = afr_ota.files;
  assert.ok(file);
  const { "sig-sha256-ecdsa": signature, ...rest } = file;
  // Source of the fields: AWS IoT developer guide, "OTA update job document"
  assert.deepEqual(afr_ota.protocols, ["MQTT"]);
  assert.match(afr_ota.streamname ?? "", /^AFR_OTA-[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    filepath: "app.img",
    filesize: image.length,
    fileid: 0,
    certfile: "code-signing",
    fileType: 0,
    update_data_url: null,
    auth_scheme: null,
  });
  const publicKey = createPublicKey(readFileSync(join(folder, "code-signing.key.pem")));
  const detached = Buffer.from(String(signature), "base64");
  assert.ok(verify("sha256", image, publicKey, detached));
});

test("over HTTP the document has the placeholder of a presigned URL, and no stream", async t => {
  const folder = await workplace(t);
  const args = ["--thing", "lamp", "--dry-run", "--json", "--protocol", "http", "--job-id", "j1"];
  const { afr_ota } = (await deployIn(folder, ...args)).values[0] as Document;
  assert.deepEqual(afr_ota.protocols, ["HTTP"]);
  assert.equal(afr_ota.streamname, undefined);
  assert.match(
    String(afr_ota.files[0]?.["update_data_url"]),
    /^\$\{aws:iot:s3-presigned-url:https:\/\/s3\.eu-west-1\.amazonaws\.com\/b\/j1\/[0-9a-f-]{36}\/app\.img\}$/,
  );
  assert.equal(afr_ota.files[0]?.["auth_scheme"], "aws.s3.presigned");
});

test("jobs of one image at the same time have ids of their own, which AWS takes", () => {
  const name = `a folder/an image of a long name ${"x".repeat(64)}.img`;
  const ids = new Set(Array.from({ length: 10 }, () => newJobId(name)));
  assert.equal(ids.size, 10);
  // Source: AWS IoT API reference, CreateJob
  for (const id of ids) assert.match(id, /^AFR_OTA-[a-zA-Z0-9_-]{1,56}$/);
});

test("a cloud that is not there: exit code 4, what was asked where, and what to do", async t => {
  const { code, error } = await deployIn(await workplace(t), "--thing", "lamp", "--json");
  assert.equal(code, 4);
  const { error: told } = JSON.parse(error) as { error: Record<string, string> };
  assert.equal(told["kind"], "cloud");
  assert.match(told["message"] ?? "", /DescribeThing at http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/);
  assert.match(told["remedy"] ?? "", /xs-ota cloud/);
});

test("nothing is sent when no device is named", async t => {
  const { code, error } = await deployIn(await workplace(t));
  assert.equal(code, 2);
  assert.match(error, /no device is named/);
});

test("a configuration with a misspelt field is refused by the field's name", async t => {
  const folder = await workplace(t);
  const text = JSON.stringify({ profiles: { desk: { endpiont: "http://127.0.0.1:9" } } });
  writeFileSync(join(folder, "xs-ota.json"), text);
  const { code, error } = await deployIn(folder, "--thing", "lamp");
  assert.equal(code, 3);
  assert.match(error, /xs-ota\.json: profiles\.desk: .*endpiont/);
});

test("a profile that the configuration does not have is an error that lists those it has", async t => {
  const { code, error } = await deployIn(await workplace(t), "--thing", "l", "--profile", "prod");
  assert.equal(code, 2);
  assert.match(error, /no profile "prod".*\n.*It has: desk\./);
});

test("no stack trace is printed unless --debug asks for it", async t => {
  const folder = await workplace(t);
  const plain = await deployIn(folder, "--thing", "lamp");
  const debug = await deployIn(folder, "--thing", "lamp", "--debug");
  assert.doesNotMatch(plain.error, /\n\s+at /);
  assert.match(debug.error, /\n\s+at /);
});

test("a file that is no firmware is not sent as firmware, but as another type of file", async t => {
  const folder = await workplace(t);
  writeFileSync(
    join(folder, "app.img"),
    "a page of text, and no image at all, whatever its name says",
  );
  const { code, error } = await deployIn(folder, "--thing", "lamp", "--dry-run");
  assert.equal(code, 3);
  assert.match(error, /app\.img is no firmware: .*magic/);
  const other = await deployIn(folder, "--thing", "lamp", "--dry-run", "--file-type", "7");
  assert.equal(other.code, 0, other.error);
});

test("the signature that sign wrote beside the image is taken when no key is given", async t => {
  const folder = await workplace(t);
  const path = join(folder, "app.img");
  const key = join(folder, "code-signing.key.pem");
  const [signed] = (await runCli("sign", path, "--key", key, "--json")).values;
  const configuration = ["--config", join(folder, "xs-ota.json")];
  const run = await runCli(...configuration, "deploy", path, "--thing", "l", "--dry-run", "--json");
  const [file] = (run.values[0] as Document).afr_ota.files;
  assert.equal(file?.["sig-sha256-ecdsa"], (signed as { signature: string }).signature);
});
