// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "xs-ota/cloud/cloud";
import type { Listener } from "xs-ota/cloud/device-ports";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { openAws } from "../aws.js";
import type { Aws } from "../aws.js";
import { boards, packageRoot } from "../boards.js";
import type { Board, BoardName } from "../boards.js";
import { deploy, planDeployment } from "../deployment.js";
import type { Deployment } from "../deployment.js";
import { openDesk, type Desk } from "../desk.js";
import { startDevice } from "../device-process.js";
import type { DeviceProcess } from "../device-process.js";
import { buildFirmware, signFirmware } from "../firmware.js";
import type { SignedImage } from "../firmware.js";
import { type DeviceIdentity, makeFlashImage, readBootloader } from "../flash-image.js";
import type { DataProtocol } from "../job-document.js";
import { watchJob } from "../job-watch.js";
import type { JobView } from "../job-watch.js";
import { registerThing, type ThingCredentials } from "../registration.js";
import { createCodeSigningPair } from "../signing.js";
import { ConsoleLog } from "./console-log.js";

export interface StageOptions {
  /** For all that the stage writes; the caller removes it. */
  readonly folder: string;
  readonly board: BoardName;
  /** The application; examples/thread unless told. */
  readonly manifest?: string;
  readonly emulatorArguments?: readonly string[];
  /** Each line of the device's console, as it comes. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

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
  /** Another application than the stage's. */
  readonly manifest?: string;
}

const CERTIFICATE_NAME = "code-signing";

/** A desk cloud and one device on it: what a whole update needs, as the demonstration and the tests use it. */
export class Stage {
  readonly thingName = "lamp-1";
  readonly console = new ConsoleLog();
  readonly cloud: Cloud;
  readonly aws: Aws;
  readonly #options: StageOptions;
  #credentials: ThingCredentials | undefined;
  #device: DeviceProcess | undefined;
  #jobs = 0;

  private constructor({ cloud, profile }: Desk, options: StageOptions) {
    this.cloud = cloud;
    this.aws = openAws(profile);
    this.#options = options;
  }

  /** Makes the keys, starts the cloud, and tells it of the device. */
  static async open(options: StageOptions): Promise<Stage> {
    for (const name of ["vendor", "stranger"]) {
      const pair = await createCodeSigningPair("ecdsa-p256", name, 1);
      writeFileSync(join(options.folder, `${name}.key.pem`), pair.privateKey, { mode: 0o600 });
      writeFileSync(join(options.folder, `${name}.cert.pem`), pair.certificate);
    }
    const stage = new Stage(await openDesk({ plainMqttPort: 0 }), options);
    const keyKind = stage.#board.deviceKey ?? "ecdsa-p256";
    stage.#credentials = await registerThing(stage.aws, stage.thingName, { keyKind });
    return stage;
  }

  /** Builds and signs a firmware, and keeps it as `<version>.img`. */
  makeFirmware(firmware: StageFirmware): SignedImage {
    const { version, config = {}, signer = "vendor" } = firmware;
    const { folder, board } = this.#options;
    const manifest =
      firmware.manifest ??
      this.#options.manifest ??
      join(packageRoot, "examples/thread/manifest.json");
    const out = join(folder, `${version}.img`);
    const image = buildFirmware({ ...firmware, manifest, platform: board, config, out });
    const signed = signFirmware(image, join(folder, `${signer}.key.pem`));
    writeFileSync(out, signed.bytes);
    return signed;
  }

  get #board(): Board {
    return boards[this.#options.board];
  }

  /** Where a device without TLS connects. */
  get plainMqtt(): Listener {
    const { plainMqtt } = this.cloud;
    if (plainMqtt === undefined) throw new TypeError("the stage's cloud listens with TLS only");
    return plainMqtt;
  }

  /** Path of the device's flash. */
  get flash(): string {
    return join(this.#options.folder, "device.flash");
  }

  /** Where the device finds the cloud, and what it shows there: mutual TLS, if its board can. */
  get #home(): Pick<DeviceIdentity, "endpoint" | "tls"> {
    const { mqtts, rootCertificate } = this.cloud;
    if (this.#board.deviceKey === undefined || this.#credentials === undefined) {
      return { endpoint: this.plainMqtt };
    }
    return { endpoint: mqtts, tls: { ...this.#credentials, rootCertificate } };
  }

  /**
   * Makes a new device with this image in it, and switches it on.
   * @param plain where it is to connect instead of to the cloud, without TLS
   */
  installDevice({ bytes }: SignedImage, plain?: Listener): void {
    const certificate = readFileSync(join(this.#options.folder, "vendor.cert.pem"), "utf8");
    const certificates = { [CERTIFICATE_NAME]: certificate };
    const { thingName } = this;
    const identity = { thingName, certificates, ...(plain ? { endpoint: plain } : this.#home) };
    const board = this.#board;
    const map = readFlashMap(join(packageRoot, board.flashMap));
    writeFileSync(
      this.flash,
      makeFlashImage(map, { identity, image: bytes, ...readBootloader(board) }),
    );
    this.switchOn();
  }

  /** Starts the device with the flash as it is. */
  switchOn(): void {
    const { onLine, emulatorArguments } = this.#options;
    this.#device = startDevice({
      board: this.#board,
      flash: this.flash,
      ...(emulatorArguments === undefined ? {} : { emulatorArguments }),
      onLine: line => {
        this.console.add(line);
        onLine?.(line);
      },
    });
  }

  /** Cuts the device's power. */
  async switchOff(): Promise<void> {
    await this.#device?.stop();
    this.#device = undefined;
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
    await this.cloud.close();
  }
}
