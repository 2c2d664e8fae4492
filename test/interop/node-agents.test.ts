// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { once, EventEmitter } from "node:events";
import { type TestContext, test } from "node:test";
import {
  CreateOTAUpdateCommand,
  CreateThingCommand,
  DescribeJobExecutionCommand,
} from "@aws-sdk/client-iot";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { OtaAgent, type OtaEvent } from "xs-ota";
import { createCodeSigningPair, parsePrivateKey, signDetached } from "xs-ota/cli/signing";
import { openHost } from "xs-ota/host/host";
import { encodeUtf8 } from "xs-ota/job/utf8";
import type { FlashPartition } from "xs-ota/pal/flash";
import { bootOnce } from "xs-ota/test/support/bootloader";
import { type CloudBench, openCloud } from "xs-ota/test/support/cloud";
import { ROLE, thingArn } from "xs-ota/test/support/desk";
import { type FlashFile, openFlashFile, smallMap } from "xs-ota/test/support/file-flash";
import { makeImage, trusted } from "xs-ota/test/support/signed-images";

/*
 * Many devices in one process, as a gateway has them: the agent with MQTT.js, Node's HTTP and a file for its flash, which the
 * real bootloader swaps at each restart.
 */

const AGENTS = 8;
const IMAGE_SIZE = 20_000;
const signer = await createCodeSigningPair("ecdsa-p256", "signer", 1);
const old = makeImage("1.0.0", IMAGE_SIZE, 0).bytes;
const next = makeImage("1.1.0", IMAGE_SIZE, 0).bytes;

function writePadded(partition: FlashPartition, bytes: Uint8Array): void {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(0xff);
  padded.set(bytes);
  partition.write(padded, 0);
}

/** One device of the process. */
class Gateway extends EventEmitter {
  readonly thingName: string;
  readonly #file: FlashFile = openFlashFile();
  readonly #isOverHttp: boolean;
  #host: ReturnType<typeof openHost> | undefined;

  constructor(thingName: string, port: number, isOverHttp: boolean) {
    super();
    this.thingName = thingName;
    this.#isOverHttp = isOverHttp;
    const endpoint = { host: "127.0.0.1", port };
    const certificates = { signer: signer.certificate };
    const identity = JSON.stringify({ thingName, endpoint, certificates });
    writePadded(this.#file.flash.partition("data"), encodeUtf8(identity));
    writePadded(this.#file.flash.partition("slot-a"), old);
  }

  /** What a supervisor does: runs the bootloader, and then the application. */
  start(): void {
    const flash = this.#file.reopen();
    const [a, b] = [flash.partition("slot-a"), flash.partition("slot-b")];
    const counter = flash.partition("counter");
    bootOnce({ a, b, counter }, { trustedKeys: [trusted.publicPem] });
    const restart = (): void => {
      void this.stop().then(() => this.start());
    };
    const host = openHost({ flashFile: this.#file.path, flashMap: smallMap, device: { restart } });
    this.#host = host;
    const agent = new OtaAgent({
      ...host,
      thingName: this.thingName,
      version: host.runningVersion,
      config: { dataProtocols: [this.#isOverHttp ? "HTTP" : "MQTT"] },
      onEvent: event => this.#onEvent(agent, event),
    });
    agent.start();
  }

  #onEvent(agent: OtaAgent, event: OtaEvent): void {
    if (event.type === "Activate") agent.activate();
    else if (event.type === "StartTest") agent.setImageState("Accepted");
    else if (event.type === "NoActiveJob" && this.#host?.runningVersion === "1.1.0") {
      this.emit("updated");
    }
  }

  async stop(): Promise<void> {
    await this.#host?.close();
    this.#host = undefined;
  }

  async remove(): Promise<void> {
    await this.stop();
    this.#file.remove();
  }
}

async function openGateways(t: TestContext, { cloud, iot }: CloudBench): Promise<Gateway[]> {
  const { port = 0 } = cloud.plainMqtt ?? {};
  const gateways = Array.from(
    { length: AGENTS },
    (_, index) => new Gateway(`agent-${index}`, port, index % 2 === 1),
  );
  t.after(() => Promise.all(gateways.map(gateway => gateway.remove())));
  for (const { thingName } of gateways) await iot.send(new CreateThingCommand({ thingName }));
  return gateways;
}

async function deploy({ iot, s3 }: CloudBench, gateways: readonly Gateway[]): Promise<string> {
  const s3Location = { bucket: "images", key: "1.1.0.img" };
  await s3.send(new CreateBucketCommand({ Bucket: s3Location.bucket }));
  const object = { Bucket: s3Location.bucket, Key: s3Location.key, Body: next };
  await s3.send(new PutObjectCommand(object));
  const key = parsePrivateKey(Buffer.from(signer.privateKey), "signer");
  const customCodeSigning = {
    signature: { inlineDocument: Buffer.from(signDetached(next, key).signature, "base64") },
    certificateChain: { certificateName: "signer" },
    hashAlgorithm: "SHA256",
    signatureAlgorithm: "ECDSA",
  };
  const made = await iot.send(
    new CreateOTAUpdateCommand({
      otaUpdateId: "many",
      targets: gateways.map(({ thingName }) => thingArn(thingName)),
      roleArn: ROLE,
      protocols: ["MQTT", "HTTP"],
      files: [{ fileName: "f", fileLocation: { s3Location }, codeSigning: { customCodeSigning } }],
    }),
  );
  return made.awsIotJobId ?? "";
}

test(
  `${AGENTS} agents in one process are updated by one job, half of them over HTTP`,
  { timeout: 60_000 },
  async t => {
    const bench = await openCloud(t);
    const gateways = await openGateways(t, bench);
    const updated = Promise.all(gateways.map(gateway => once(gateway, "updated")));
    for (const gateway of gateways) gateway.start();
    const jobId = await deploy(bench, gateways);
    await updated;
    for (const { thingName } of gateways) {
      const { execution } = await bench.iot.send(
        new DescribeJobExecutionCommand({ jobId, thingName }),
      );
      assert.equal(execution?.status, "SUCCEEDED", thingName);
      const { reason } = execution.statusDetails?.detailsMap ?? {};
      assert.equal(reason, "accepted  v1.1.0");
    }
  },
);
