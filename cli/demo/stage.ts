// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cloud, startCloud } from "xs-ota/cloud/cloud";
import type { Listener } from "xs-ota/cloud/device-ports";
import type { FaultPlan } from "xs-ota/cloud/faults/faults";
import type { Identity } from "xs-ota/common/identity";
import type { DataProtocol } from "xs-ota/job/document";
import { openAws } from "../aws.js";
import type { Aws } from "../aws.js";
import { boards, packageRoot } from "../boards.js";
import type { Board, BoardName } from "../boards.js";
import { deploy, planDeployment } from "../deployment.js";
import type { Deployment } from "../deployment.js";
import { openDeskCloud } from "../desk-cloud.js";
import { findDeviceEndpoint, secureConnection } from "../device-endpoint.js";
import { startDevice } from "../device-process.js";
import type { DeviceProcess } from "../device-process.js";
import { CliError } from "../failure.js";
import { buildFirmware, signFirmware } from "../firmware.js";
import type { SignedImage } from "../firmware.js";
import { makeBoardFlash } from "../flash-image.js";
import type { Gateway } from "../gateway/gateway.js";
import { watchJob } from "../job-watch.js";
import type { JobView } from "../job-watch.js";
import { registerThing } from "../registration.js";
import { createCodeSigningPair } from "../signing.js";
import { allOrNothing } from "../undo.js";
import { ConsoleLog } from "./console-log.js";

export interface StageOptions {
  /** For all that the stage writes; the caller removes it. */
  readonly folder: string;
  readonly board: BoardName;
  /** The application; examples/thread unless told. */
  readonly manifest?: string;
  readonly emulatorArguments?: readonly string[];
  readonly gateway?: Gateway;
  /** Each line of the device's console, as it comes. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Whether the cloud also listens without TLS, for tests that steer what is between it and the device. */
  readonly plainMqtt?: boolean;
  /** Where the cloud keeps its state, so that it can be restarted; in memory unless told. */
  readonly cloudFolder?: string;
}

const THING_NAME = "lamp-1";

/** A firmware of the stage's application. */
export interface StageFirmware {
  readonly version: string;
  /** Laid over the manifest's `config`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly securityCounter?: number;
  /** The only class of device that may run it; any when absent. */
  readonly target?: string;
  /** Whose key signs it; "vendor" is the one that the device trusts. */
  readonly signer?: "vendor" | "stranger";
  /** Other machine code than the board's, as in FirmwareOptions. */
  readonly runtime?: string;
  /** Another application than the stage's. */
  readonly manifest?: string;
}

const CERTIFICATE_NAME = "code-signing";

/** Two signers: the one that the device trusts, and another. */
async function makeKeys(folder: string): Promise<void> {
  for (const name of ["vendor", "stranger"]) {
    const pair = await createCodeSigningPair("ecdsa-p256", name, 1);
    writeFileSync(join(folder, `${name}.key.pem`), pair.privateKey, { mode: 0o600 });
    writeFileSync(join(folder, `${name}.cert.pem`), pair.certificate);
  }
}

/** A desk cloud and one device on it: what a whole update needs, as the demonstration and the tests use it. */
export class Stage {
  readonly thingName = THING_NAME;
  readonly console = new ConsoleLog();
  readonly aws: Aws;
  readonly #options: StageOptions;
  /** Where the device finds the cloud, and what it shows there. */
  readonly #connection: Pick<Identity, "endpoint" | "tls">;
  #cloud: Cloud;
  #device: DeviceProcess | undefined;
  #jobs = 0;

  private constructor(
    cloud: Cloud,
    aws: Aws,
    connection: Pick<Identity, "endpoint" | "tls">,
    options: StageOptions,
  ) {
    this.#cloud = cloud;
    this.aws = aws;
    this.#connection = connection;
    this.#options = options;
  }

  /** Makes the keys, starts the cloud, and tells it of the device. */
  static async open(options: StageOptions): Promise<Stage> {
    const { folder, board, signal, cloudFolder, plainMqtt } = options;
    await makeKeys(folder);
    const { keyKind }: Board = boards[board];
    return allOrNothing(async undo => {
      const { cloud, profile } = await openDeskCloud({
        directory: cloudFolder,
        ...(plainMqtt === true && { plainMqttPort: 0 }),
      });
      undo(() => cloud.close());
      const aws = openAws(profile);
      undo(() => aws.close());
      const credentials = await registerThing(aws, THING_NAME, { ...(keyKind && { keyKind }) });
      const connection = secureConnection(profile, credentials, await findDeviceEndpoint(aws));
      const stage = new Stage(cloud, aws, connection, options);
      signal?.throwIfAborted(); // a listener is told of what is to come only
      signal?.addEventListener("abort", () => stage.console.end(new Error("interrupted")));
      return stage;
    });
  }

  /** Builds and signs a firmware, and keeps it as `<version>.img`. */
  makeFirmware(firmware: StageFirmware): SignedImage {
    const { version, config = {}, signer = "vendor" } = firmware;
    const { folder, board } = this.#options;
    const manifest =
      firmware.manifest ??
      this.#options.manifest ??
      join(packageRoot, "examples/thread/manifest.json");
    // one place for all versions: what one build has compiled, the next need not
    const out = join(folder, "firmware.img");
    const image = buildFirmware({ ...firmware, manifest, platform: board, config, out });
    const signed = signFirmware(image, join(folder, `${signer}.key.pem`));
    writeFileSync(join(folder, `${version}.img`), signed.bytes);
    return signed;
  }

  get cloud(): Cloud {
    return this.#cloud;
  }

  /** Ends the cloud, which cuts all connections, and starts it again on the same ports with the state in its folder. */
  async restartCloud(faults?: FaultPlan): Promise<void> {
    const { endpoint, mqtts, mqttsAlpn, https, plainMqtt } = this.#cloud;
    await this.#cloud.close();
    this.#cloud = await startCloud({
      directory: this.#options.cloudFolder,
      restPort: Number(new URL(endpoint).port),
      mqttsPort: mqtts.port,
      alpnPort: mqttsAlpn.port,
      httpsPort: https.port,
      plainMqttPort: plainMqtt?.port,
      faults,
    });
  }

  /** Where a device may connect without TLS. */
  get plainMqtt(): Listener {
    const { plainMqtt } = this.#cloud;
    if (plainMqtt === undefined) throw new TypeError("the stage's cloud listens with TLS only");
    return plainMqtt;
  }

  /** Path of the device's flash. */
  get flash(): string {
    return join(this.#options.folder, "device.flash");
  }

  /** Makes a new device with this image in it, and switches it on. It connects to the cloud, or to `plain` without TLS. */
  installDevice({ bytes }: SignedImage, plain?: Identity["endpoint"]): void {
    const certificate = readFileSync(join(this.#options.folder, "vendor.cert.pem"), "utf8");
    const certificates = { [CERTIFICATE_NAME]: certificate };
    const connection = plain === undefined ? this.#connection : { endpoint: plain };
    const identity = { thingName: this.thingName, certificates, ...connection };
    const board = boards[this.#options.board];
    writeFileSync(this.flash, makeBoardFlash(board, { identity, image: bytes }));
    this.switchOn();
  }

  /** Starts the device with the flash as it is. */
  switchOn(): void {
    const { board, onLine, emulatorArguments, gateway } = this.#options;
    const device = startDevice({
      board: boards[board],
      flash: this.flash,
      ...(emulatorArguments === undefined ? {} : { emulatorArguments }),
      ...(gateway === undefined ? {} : { gateway }),
      onLine: line => {
        this.console.add(line);
        onLine?.(line);
      },
    });
    this.#device = device;
    this.console.begin();
    const end = (reason: Error): void => {
      if (this.#device === device) this.console.end(reason);
    };
    void device.ended.then(status => {
      const last = this.console.lines.at(-1) ?? "nothing";
      end(new CliError("unsuccessful", `the device ended with ${status}; it said last: ${last}`));
    }, end);
  }

  /** Cuts the device's power. */
  async switchOff(): Promise<void> {
    const device = this.#device;
    this.#device = undefined;
    await device?.stop();
  }

  /** Deploys a firmware to the device. @returns the job's id. */
  async deploy(
    file: SignedImage,
    protocols: readonly DataProtocol[] = ["MQTT"],
    fileType = 0,
  ): Promise<string> {
    const deployment: Deployment = {
      jobId: `AFR_OTA-${++this.#jobs}`,
      things: [this.thingName],
      groups: [],
      file: { ...file, path: "firmware.img", certificateName: CERTIFICATE_NAME, fileType },
      protocols,
      settings: {},
    };
    const plan = await planDeployment(deployment, this.aws);
    await deploy(deployment, plan, this.aws);
    return plan.jobId;
  }

  /** Follows a job until the device is through with it. */
  watch(jobId: string): AsyncGenerator<JobView, void> {
    const { signal } = this.#options;
    return watchJob(this.aws, jobId, {
      intervalMs: 200,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Switches all off. */
  async close(): Promise<void> {
    await this.switchOff();
    this.aws.close();
    await this.#cloud.close();
  }
}
