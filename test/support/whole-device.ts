// SPDX-License-Identifier: MIT
import { createHash, generateKeyPairSync } from "node:crypto";
import { OtaAgent, type OtaConfig, type OtaEvent } from "xs-ota";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import type { Crypto } from "xs-ota/pal/crypto";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import { packImage, signImage } from "xs-ota/toolchain/image";
import { bootOnce, type BootReport } from "./bootloader.js";
import { ManualClock } from "./manual-clock.js";
import { SimFlash } from "./sim-flash.js";
import { PowerLoss, SimPower } from "./sim-power.js";
import { type DeployedFile, VirtualCloud } from "./virtual-cloud.js";

export const THING = "whole";
const BLOCK_LOG2 = 9;
/** Virtual time after which a device that has not come to rest never will. */
const LIMIT_MS = 40 * 60_000;

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const trustedKeys = [publicKey.export({ type: "spki", format: "pem" }).toString()];

/** An image that the bootloader takes. */
export function makeImage(version: string, bodySize = 3000): Uint8Array {
  const body = Uint8Array.from({ length: bodySize }, (_, i) => (i * 7 + version.length) & 0xff);
  body.set(new TextEncoder().encode(version));
  return signImage(packImage({ body, version }), keyPem);
}

/** What the simulated code signing gives: real signatures are the contract suites' subject. */
const signatureOf = (digest: Uint8Array): Uint8Array =>
  createHash("sha256").update("trusted").update(digest).digest();

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

export function deployed(image: Uint8Array, signature = signatureOf(sha256(image))): DeployedFile {
  return { bytes: image, signature, certificateName: "code-signing" };
}

const crypto: Crypto = Object.freeze({
  sha256: () => {
    const hash = createHash("sha256");
    return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest() };
  },
  verify: (_scheme: string, _certificate: Uint8Array, digest: Uint8Array, signature: Uint8Array) =>
    Buffer.compare(signatureOf(digest), signature) === 0,
});

/** Two slots, a counter and a journal that share one power supply. */
export interface DeviceFlash {
  readonly a: SimFlash;
  readonly b: SimFlash;
  readonly counter: SimFlash;
  readonly journal: SimFlash;
}

/** What a device did from power-on until it came to rest. */
export interface Run {
  /** One report a boot. */
  readonly boots: readonly BootReport[];
  readonly events: readonly OtaEvent[];
}

export interface DeviceOptions {
  readonly geometry: Omit<FlashGeometry, "size">;
  /** Blocks of a slot, of the counter and of the journal. */
  readonly blocks?: { readonly slot: number; readonly counter: number; readonly journal: number };
  /** Versions whose application never accepts them. */
  readonly sick?: readonly string[];
  /** What is in slot-a at first. */
  readonly image: Uint8Array;
  /** Besides what keeps the runs short. */
  readonly config?: Partial<OtaConfig>;
}

/** Timers of one life of the device: they die with it. */
class LifeClock {
  readonly #clock: ManualClock;
  readonly #timers = new Set<{ cancel(): void }>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const timer = this.#clock.after(delayMs, run);
    this.#timers.add(timer);
    return timer;
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel();
  }
}

/** Bootloader, library and cloud in one process: the C core as WebAssembly, everything else as it ships. */
export class WholeDevice {
  readonly power = new SimPower();
  readonly flash: DeviceFlash;
  readonly cloud: VirtualCloud;
  readonly #clock = new ManualClock();
  readonly #sick: readonly string[];
  readonly #config: Partial<OtaConfig>;

  constructor({
    geometry,
    image,
    config = {},
    sick = [],
    blocks = { slot: 12, counter: 2, journal: 2 },
  }: DeviceOptions) {
    const make = (count: number): SimFlash =>
      new SimFlash({ ...geometry, size: count * geometry.blockSize }, this.power);
    this.flash = {
      a: make(blocks.slot),
      b: make(blocks.slot),
      counter: make(blocks.counter),
      journal: make(blocks.journal),
    };
    const padded = new Uint8Array(Math.ceil(image.length / 32) * 32).fill(geometry.erasedByte);
    padded.set(image);
    this.flash.a.write(padded, 0);
    this.cloud = new VirtualCloud(this.#clock, THING);
    this.#sick = sick;
    this.#config = {
      log2FileBlockSize: BLOCK_LOG2,
      journalFrequency: 2,
      maxNumRequestMomentum: 4,
      ...config,
    };
  }

  /** Powers on, and goes on through any number of resets until nothing happens any more. @throws PowerLoss. */
  run(): Run {
    const boots: BootReport[] = [];
    const events: OtaEvent[] = [];
    for (let resets = 0; resets < 20; resets++) {
      const report = bootOnce(this.flash, { trustedKeys });
      boots.push(report);
      if (report.outcome === "not-bootable") break;
      if (!this.#live(report, events)) return { boots, events };
    }
    return { boots, events };
  }

  /** As `run`, and power comes back when it is lost. */
  runThroughPowerLoss(): Run {
    try {
      return this.run();
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      this.power.restore();
      return this.run();
    }
  }

  /** One life of the application. @returns whether it ended by a reset. */
  #live({ version }: BootReport, events: OtaEvent[]): boolean {
    const clock = new LifeClock(this.#clock);
    const life = { reset: false };
    const mqtt = this.cloud.connect();
    const text = `${version.major}.${version.minor}.${version.revision}`;
    try {
      const agent = this.#makeAgent(text, clock, mqtt, life, events);
      agent.start();
      const end = this.#clock.now() + LIMIT_MS;
      while (!life.reset && this.#clock.now() < end && this.#step());
      return life.reset;
    } finally {
      clock.end();
      mqtt.listener = undefined;
    }
  }

  /** Carries a message, or lets time pass to the next timer. @returns false when there is neither. */
  #step(): boolean {
    if (this.cloud.carry()) return true;
    const at = this.#clock.nextAt;
    if (at === undefined) return false;
    this.#clock.advance(at - this.#clock.now());
    return true;
  }

  #makeAgent(
    version: string,
    clock: LifeClock,
    mqtt: ReturnType<VirtualCloud["connect"]>,
    life: { reset: boolean },
    events: OtaEvent[],
  ): OtaAgent {
    const { a, b, journal } = this.flash;
    const device = {
      resetReason: "software" as const,
      restart: () => void (life.reset = true),
      random: () => 0.5,
    };
    const certificates = { find: () => new Uint8Array(1) };
    const pal = new FlashPal({ boot: new McubootControl(a, b), crypto, certificates, device });
    const agent: OtaAgent = new OtaAgent({
      thingName: THING,
      version,
      pal,
      journal: new FlashJournal(journal),
      clock,
      device,
      mqtt,
      config: this.#config,
      onEvent: event => {
        events.push(event);
        if (event.type === "Activate") agent.activate();
        if (event.type === "StartTest" && !this.#sick.includes(version))
          agent.setImageState("Accepted");
      },
    });
    return agent;
  }
}
