// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import { OtaAgent, type OtaConfig, type OtaEvent } from "xs-ota";
import { McubootControl } from "xs-ota/pal/boot/mcuboot";
import { readSecurityCounter } from "xs-ota/pal/boot/counter";
import type { Crypto } from "xs-ota/pal/crypto";
import type { Device } from "xs-ota/pal/device";
import { DataControl } from "xs-ota/pal/flash/data-control";
import { FlashJournal } from "xs-ota/pal/flash/journal";
import { FlashPal, type FlashPalOptions } from "xs-ota/pal/flash/flash-pal";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { bootOnce, type BootOptions, type BootReport } from "./bootloader.js";
import { type RigGeometry, writeImage } from "./boot-rig.js";
import { ManualClock } from "./manual-clock.js";
import { randomFrom, SimFlash } from "./sim-flash.js";
import { type RigImage, trusted } from "./signed-images.js";
import { SimPower } from "./sim-power.js";
import { type DeployedFile, VirtualCloud, type Weather } from "./virtual-cloud.js";
import type { VirtualMqtt } from "./virtual-mqtt.js";

const THING = "whole";
/** Virtual time after which a device that has not come to rest never will. */
const LIMIT_MS = 40 * 60_000;
/** Resets after which a device that has not come to rest never will. */
const MAX_BOOTS = 20;

/** The `fileType` of the file that is not firmware. */
export const DATA_TYPE = 3;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** What the simulated code signing gives: real signatures are the contract suites' subject. */
const signatureOf = (digest: Uint8Array): Uint8Array =>
  createHash("sha256").update("trusted").update(digest).digest();

/** A file as a job brings it. @param signature of the right one unless told */
export function deployed(
  bytes: Uint8Array,
  { signature = signatureOf(sha256(bytes)), fileType = 0 } = {},
): DeployedFile {
  return { bytes, signature, certificateName: "code-signing", fileType };
}

const crypto: Crypto = Object.freeze({
  sha256: () => {
    const hash = createHash("sha256");
    return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest() };
  },
  verify: (_scheme: string, _certificate: Uint8Array, digest: Uint8Array, signature: Uint8Array) =>
    Buffer.compare(signatureOf(digest), signature) === 0,
});

/** Everything that a device keeps, on one power supply. */
export type DeviceFlash = Readonly<
  Record<"a" | "b" | "counter" | "journal" | "data" | "dataJournal", SimFlash>
>;

/** What a device did from power-on until it came to rest. */
export interface Run {
  /** One report a boot. */
  readonly boots: readonly BootReport[];
  readonly events: readonly OtaEvent[];
}

export interface DeviceOptions {
  readonly geometry: RigGeometry;
  /** What is in slot-a at first. */
  readonly image: RigImage;
  /** Versions whose application never accepts them. */
  readonly sick?: readonly string[];
  readonly config?: Partial<OtaConfig>;
  readonly weather?: Weather;
  /** Called after each boot, and for each event. */
  readonly onBoot?: (device: WholeDevice, report: BootReport) => void;
  readonly onEvent?: (device: WholeDevice, event: OtaEvent) => void;
  /** How the flash fails under the bootloader in this boot, counted from 1. */
  readonly flashFailure?: (boot: number) => Pick<BootOptions, "failsAt" | "failingErase">;
  /** For controls: a bootloader of test/power-loss/mutants.ts, and a library that is made wrong. */
  readonly mutant?: string;
  readonly spoil?: Spoil;
}

/** Puts something wrong in the place of a part of the library. */
export interface Spoil {
  journal?(flash: SimFlash): Journal;
  pal?(options: FlashPalOptions): Pal;
  /** Takes the connection of each life. */
  mqtt?(connection: VirtualMqtt): MqttClient;
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

/** Log2 of the blocks of a file: some of them in each erase block, and none larger than a message may be. */
function log2FileBlock({ a, b }: RigGeometry): number {
  return Math.max(9, Math.log2(Math.max(a.blockSize, b.blockSize)) - 2);
}

function makeFlash({ geometry, image }: DeviceOptions): DeviceFlash {
  const { a, b } = geometry;
  const power = new SimPower();
  const small = { blockSize: 512, writeSize: a.writeSize, erasedByte: a.erasedByte };
  const flash = {
    a: new SimFlash(a, power),
    b: new SimFlash(b, power),
    counter: new SimFlash({ ...small, size: 1024 }, power),
    journal: new SimFlash({ ...a, size: 2 * a.blockSize }, power),
    data: new SimFlash({ ...small, size: 2048 }, power),
    dataJournal: new SimFlash({ ...small, size: 1024 }, power),
  };
  writeImage(flash.a, image);
  flash.a.wear.fill(0);
  return flash;
}

/** Bootloader, library and cloud in one process: the C core as WebAssembly, everything else as it ships. */
export class WholeDevice {
  readonly flash: DeviceFlash;
  readonly cloud: VirtualCloud;
  readonly #options: DeviceOptions;
  readonly #clock: ManualClock;
  #boots = 0;

  constructor(options: DeviceOptions, from?: { flash: DeviceFlash; before: WholeDevice }) {
    this.#options = options;
    this.#clock = new ManualClock(from === undefined ? 0 : from.before.#clock.now());
    this.flash = from?.flash ?? makeFlash(options);
    const { weather = { rules: [] } } = options;
    this.cloud =
      from?.before.cloud.fork(this.#clock, weather) ??
      new VirtualCloud({ clock: this.#clock, thing: THING, weather });
  }

  /** Another future of this device, on that flash: the same time, and a cloud with the same knowledge. */
  fork(flash: DeviceFlash, changes: Partial<DeviceOptions> = {}): WholeDevice {
    return new WholeDevice({ ...this.#options, ...changes }, { flash, before: this });
  }

  /** Powers on, and goes on through any number of resets until nothing happens any more. @throws PowerLoss. */
  run(): Run {
    const { mutant, onBoot, geometry, flashFailure } = this.#options;
    const boots: BootReport[] = [];
    const events: OtaEvent[] = [];
    while (boots.length < MAX_BOOTS) {
      const report = bootOnce(this.flash, {
        trustedKeys: [trusted.publicPem],
        mutant,
        bufferSize: geometry.bufferSize,
        ...flashFailure?.(++this.#boots),
      });
      boots.push(report);
      onBoot?.(this, report);
      if (report.outcome === "not-bootable" || !this.#live(report, events)) break;
    }
    return { boots, events };
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
    mqtt: VirtualMqtt,
    life: { reset: boolean },
    events: OtaEvent[],
  ): OtaAgent {
    const { sick = [], config, onEvent, geometry } = this.#options;
    const random = randomFrom(this.#clock.now());
    const device = {
      resetReason: "software" as const,
      restart: () => void (life.reset = true),
      random: () => random() / 2 ** 32,
    };
    const agent: OtaAgent = new OtaAgent({
      thingName: THING,
      version,
      ...this.#openStores(device),
      demands: {
        securityCounter: readSecurityCounter(this.flash.counter),
        deviceClass: undefined,
      },
      clock,
      device,
      mqtt: this.#options.spoil?.mqtt?.(mqtt) ?? mqtt,
      http: this.cloud.openHttp(),
      config: {
        log2FileBlockSize: log2FileBlock(geometry),
        journalFrequency: 2,
        maxNumRequestMomentum: 8,
        ...config,
      },
      onEvent: event => {
        events.push(event);
        onEvent?.(this, event);
        if (event.type === "Activate") agent.activate();
        if (event.type === "StartTest" && !sick.includes(version)) agent.setImageState("Accepted");
      },
    });
    return agent;
  }

  #openStores(device: Device): {
    pal: Pal;
    journal: Journal;
    filePals: Record<number, Pal>;
  } {
    const { a, b, data, dataJournal } = this.flash;
    const { spoil } = this.#options;
    const certificates = { find: () => new Uint8Array(1) };
    const others = { crypto, certificates, device };
    const options = { boot: new McubootControl(a, b), ...others };
    const { journal } = this.flash;
    const dataControl = new DataControl(data, new FlashJournal(dataJournal));
    return {
      pal: spoil?.pal?.(options) ?? new FlashPal(options),
      journal: spoil?.journal?.(journal) ?? new FlashJournal(journal),
      filePals: { [DATA_TYPE]: new FlashPal({ boot: dataControl, ...others }) },
    };
  }
}
