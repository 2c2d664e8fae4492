// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { CancelJobCommand } from "@aws-sdk/client-iot";
import { deploy, type Deployment, planDeployment, type SignedFile } from "xs-ota/cli/deployment";
import type { SignedImage } from "xs-ota/cli/firmware";
import type { DataProtocol } from "xs-ota/job/document";
import { type MqttProxy, openMqttProxy } from "xs-ota/test/support/mqtt-proxy";
import { openStage, outcomeOf, runningVersion, type StageBench } from "xs-ota/test/support/stage";

/*
 * The fourteen cases of AWS IoT Device Tester's "OTA end to end" group, by their names, over MQTT and over HTTP: a
 * device on XS with the real bootloader that runs 1.0.0, and the desk cloud.
 * Source: FreeRTOS porting guide, "Porting the OTA library", and AWS IoT Device Tester's user guide.
 */

const agent = { fileRequestWaitMs: 500, selfTestResponseWaitMs: 4000 };
/** The simulator takes a quarter of a minute for a download, several of which a case may have. */
const limit = { timeout: 240_000 };
/** Makes an image of 0.5 MiB, whose download lasts long enough to be interrupted. */
const padding = Array.from({ length: 512 }, (_, at) => String(at).padStart(1024, "padding"));

/** The cases that change the broker's messages. */
const tampered = /^(RollbackIfUnableToConnectAfterUpdate|PresignedUrlExpired):/;

/** Firmware by name; each is built once, before the clock of any case runs. */
const configs = {
  "1.0.0": {},
  "0.9.0": {},
  "1.1.0": {},
  "1.2.0": {},
  "1.3.0": {},
  long: { version: "1.1.0", padding },
  crashes: { version: "1.1.0", selfTest: "crash" },
} as const;
type FirmwareName = keyof typeof configs;

for (const protocol of ["MQTT", "HTTP"] as const) {
  describe(`over ${protocol}`, () => {
    deviceTester(protocol);
  });
}

function deviceTester(protocol: DataProtocol): void {
  let bench: StageBench;
  let proxy: MqttProxy;
  let jobs = 0;
  let firmware: Readonly<Record<FirmwareName, SignedImage>>;

  const make = (name: FirmwareName): SignedImage => {
    const { version = name, ...config } = { version: undefined, ...configs[name] };
    return bench.stage.makeFirmware({ version, config: { agent, ...config } });
  };

  /** Deploys a firmware, or a file that is not what it should be. @returns the job's id. */
  async function start(name: FirmwareName, change: Partial<SignedFile> = {}): Promise<string> {
    const { aws, thingName } = bench.stage;
    const file = { path: "firmware.img", certificateName: "code-signing", fileType: 0 };
    const deployment: Deployment = {
      jobId: `${protocol}-${++jobs}`,
      things: [thingName],
      groups: [],
      file: { ...firmware[name], ...file, ...change },
      protocols: [protocol],
      settings: {},
    };
    const plan = await planDeployment(deployment, aws);
    await deploy(deployment, plan, aws);
    return plan.jobId;
  }

  /** Waits for the end of a job. @returns its status, and what the operator reads. */
  async function end(jobId: string): Promise<string> {
    const { status, details } = await outcomeOf(bench.stage, jobId);
    return `${status} ${details["detail"] ?? details["reason"] ?? ""}`;
  }

  const cancel = (jobId: string): Promise<unknown> =>
    bench.stage.aws.iot.send(new CancelJobCommand({ jobId, force: true }));

  /** Resolves when the device has recorded some blocks of a download that is not over. */
  const downloading = (): Promise<unknown> =>
    bench.stage.console.waitFor(
      /downloaded (1[6-9]|[2-9]\d|\d{3})\//,
      bench.stage.console.lines.length,
    );

  async function refused(jobId: string, reason: RegExp): Promise<void> {
    const outcome = await end(jobId);
    assert.match(outcome, /^REJECTED /);
    assert.match(outcome, reason);
    assert.equal(runningVersion(bench.stage), "1.0.0");
  }

  async function updated(jobId: string, version: string): Promise<void> {
    assert.match(await end(jobId), /^SUCCEEDED accepted/);
    assert.equal(runningVersion(bench.stage), version);
  }

  before(async () => {
    bench = await openStage({ plainMqtt: true });
    proxy = await openMqttProxy(bench.stage.plainMqtt);
    const names = Object.keys(configs) as FirmwareName[];
    const images = names.map(name => [name, make(name)] as const);
    firmware = Object.fromEntries(images) as Record<FirmwareName, SignedImage>;
  });
  after(async () => {
    await proxy.close();
    await bench.close();
  });
  beforeEach(async context => {
    const { stage } = bench;
    await stage.switchOff();
    proxy.tamper();
    const first = stage.console.lines.length;
    // nobody stands between a device and a broker that speak TLS
    stage.installDevice(firmware["1.0.0"], tampered.test(context.name) ? proxy : undefined);
    await stage.console.waitFor(/runs 1\.0\.0/, first);
  });

  test("GreaterVersion: a newer version is installed", limit, async () => {
    await updated(await start("1.1.0"), "1.1.0");
  });

  test("BackToBackDownloads: three updates in a row are installed", limit, async () => {
    const ids = [await start("1.1.0"), await start("1.2.0"), await start("1.3.0")];
    for (const [index, id] of ids.entries()) {
      assert.match(await end(id), /^SUCCEEDED/, `update ${index + 1}`);
    }
    assert.equal(runningVersion(bench.stage), "1.3.0");
  });

  test(
    "RollbackIfUnableToConnectAfterUpdate: an image that can't connect reverts",
    limit,
    async () => {
      const { console: lines } = bench.stage;
      const first = lines.lines.length;
      const id = await start("1.1.0");
      await lines.waitFor(/restarting into it/, first);
      proxy.tamper(() => "disconnect");
      await lines.waitFor(/runs 1\.0\.0/, first);
      proxy.tamper();
      assert.match(await end(id), /^FAILED image-reverted: .*not accepted within 4000 ms/);
      assert.equal(runningVersion(bench.stage), "1.0.0");
    },
  );

  test("SameVersion: the version that runs is refused", limit, async () => {
    await refused(await start("1.0.0"), /version-same/);
  });

  test("UnsignedImage: an image whose signature is none is refused", limit, async () => {
    await refused(await start("1.1.0", { signature: "MAYCAQECAQE=" }), /signature-invalid/);
  });

  test("UntrustedCertificate: a certificate that the device lacks is refused", limit, async () => {
    await refused(await start("1.1.0", { certificateName: "stranger" }), /certificate-invalid/);
  });

  test("PreviousVersion: an older version is refused", limit, async () => {
    await refused(await start("0.9.0"), /version-older/);
  });

  test("IncorrectSigningAlgorithm: a signature of another scheme is refused", limit, async () => {
    await refused(await start("1.1.0", { scheme: "sig-sha256-rsa" }), /signature-invalid/);
  });

  test("DisconnectResume: a device cut off in the middle goes on where it was", limit, async () => {
    const { stage } = bench;
    const begun = downloading();
    const id = await start("long");
    await begun;
    await stage.switchOff();
    const first = stage.console.lines.length;
    stage.switchOn();
    await stage.console.waitFor(/restarting into it/, first);
    const progress = stage.console.lines.slice(first).find(line => line.includes("downloaded"));
    const [, received] = /downloaded (\d+)\//.exec(progress ?? "downloaded 999/") ?? [];
    assert.ok(Number(received) > 16, `it begins again with block ${received ?? "?"}`);
    await updated(id, "1.1.0");
  });

  test("DisconnectCancelUpdate: a job cancelled meanwhile is dropped", limit, async () => {
    const { stage } = bench;
    const begun = downloading();
    const id = await start("long");
    await begun;
    await stage.switchOff();
    await cancel(id);
    stage.switchOn();
    assert.match(await end(id), /^CANCELED/);
    await updated(await start("1.2.0"), "1.2.0");
  });

  test("PresignedUrlExpired: a URL that is over is replaced", limit, async () => {
    let spoiled = 0;
    proxy.tamper((topic, payload) => {
      const text = payload.toString();
      const url = /"update_data_url":"[^"]*Signature=/.test(text);
      if (!topic.includes("$next/get/accepted") || !url || spoiled > 0) return [payload];
      spoiled++;
      return [Buffer.from(text.replace(/Signature=[0-9a-f]{8}/, "Signature=00000000"))];
    });
    await updated(await start("1.1.0"), "1.1.0");
    assert.equal(spoiled, protocol === "HTTP" ? 1 : 0);
  });

  test(
    "2UpdatesCancel1st: the second is installed when the first is cancelled",
    limit,
    async () => {
      const begun = downloading();
      const first = await start("long");
      const second = await start("1.2.0");
      await begun;
      await cancel(first);
      await updated(second, "1.2.0");
      assert.match(await end(first), /^CANCELED/);
    },
  );

  test("CancelThenUpdate: an update after a cancelled one is installed", limit, async () => {
    const begun = downloading();
    const first = await start("long");
    await begun;
    await cancel(first);
    assert.match(await end(first), /^CANCELED/);
    await updated(await start("1.2.0"), "1.2.0");
  });

  test("ImageCrashed: an image that crashes reverts", limit, async () => {
    assert.match(await end(await start("crashes")), /^FAILED image-reverted: .*reset \(crash\)/);
    assert.equal(runningVersion(bench.stage), "1.0.0");
  });
}
