// SPDX-License-Identifier: MIT
import { OtaAgent, type OtaConfig, type OtaEvent } from "xs-ota";
import { CborWriter } from "xs-ota/download/cbor";
import { formatHeader } from "xs-ota/image/mcuboot";
import type { MemoryOptions } from "xs-ota/download/memory";
import type { ImageDemands } from "xs-ota/pal/boot";
import { ManualClock } from "./manual-clock.js";
import { MemoryJournal, MemoryPal } from "./memory-pal.js";
import { ScriptedHttp } from "./scripted-http.js";
import { ScriptedMqtt } from "./scripted-mqtt.js";

export const THING = "T1";
export const BLOCK = 4096;
export const JOBS = `$aws/things/${THING}/jobs`;
export const DATA = `$aws/things/${THING}/streams/S1/data/cbor`;
export const REJECTED = `$aws/things/${THING}/streams/S1/rejected/cbor`;

export interface BenchOptions {
  readonly version?: string;
  readonly config?: Partial<OtaConfig>;
  readonly pal?: MemoryPal;
  readonly journal?: MemoryJournal;
  readonly demands?: ImageDemands;
  readonly memory?: MemoryOptions;
  readonly filePals?: Readonly<Record<number, MemoryPal>>;
  /** Hears of each event after the bench has written it down. */
  readonly onEvent?: (event: OtaEvent) => void;
}

/** A file whose first bytes are the header of an image of that version. */
export function firmware(version: string, size: number): Uint8Array {
  const [major = 0, minor = 0, revision = 0] = version.split(".").map(Number);
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index++) bytes[index] = index & 0xff;
  const header = formatHeader({
    headerSize: 32,
    bodySize: size - 32,
    protectedTlvSize: 0,
    flags: 0,
    loadAddress: 0,
    version: { major, minor, revision, build: 0 },
  });
  bytes.set(header);
  return bytes;
}

/** A job document's message, as `$next/get/accepted` brings it. */
export function jobMessage(
  size: number,
  {
    jobId = "AFR_OTA-j",
    file = {},
    statusDetails = {},
    protocols = ["MQTT"],
    executionNumber = 1,
  }: {
    protocols?: readonly string[];
    executionNumber?: number;
    jobId?: string;
    file?: object;
    statusDetails?: object;
  } = {},
): object {
  const files = [
    {
      filepath: "f",
      filesize: size,
      fileid: 0,
      certfile: "c",
      "sig-sha256-ecdsa": "MEUC",
      ...file,
    },
  ];
  const jobDocument = { afr_ota: { protocols, streamname: "S1", files } };
  return {
    timestamp: 1,
    execution: {
      jobId,
      status: "QUEUED",
      statusDetails,
      jobDocument,
      versionNumber: 1,
      executionNumber,
    },
  };
}

/** A data message of a stream. */
export function blockMessage(image: Uint8Array, index: number, fileId = 0): Uint8Array {
  const bytes = image.subarray(index * BLOCK, (index + 1) * BLOCK);
  const writer = new CborWriter(new Uint8Array(bytes.length + 32));
  writer.map(4).text("f").uint(fileId).text("i").uint(index);
  writer.text("l").uint(bytes.length).text("p").byteString(bytes);
  return writer.bytes.slice();
}

/** An agent with everything around it in the hands of the test. */
export class AgentBench {
  readonly mqtt = new ScriptedMqtt();
  readonly http = new ScriptedHttp();
  readonly clock = new ManualClock();
  readonly pal: MemoryPal;
  readonly journal: MemoryJournal;
  readonly events: OtaEvent[] = [];
  readonly agent: OtaAgent;

  constructor(options: BenchOptions = {}) {
    const { pal = new MemoryPal(), journal = new MemoryJournal(), config } = options;
    this.pal = pal;
    this.journal = journal;
    this.agent = new OtaAgent({
      thingName: THING,
      version: "1.0.0",
      clock: this.clock,
      device: { resetReason: "watchdog", restart: () => undefined, random: () => 0.999 },
      mqtt: this.mqtt,
      http: this.http,
      ...options,
      onEvent: event => {
        this.events.push(event);
        options.onEvent?.(event);
      },
      pal,
      journal,
      config: { conditionalUpdates: false, ...config },
    });
  }

  /** Types of the events so far, changes of state and progress left out. */
  get told(): readonly string[] {
    return this.events
      .map(({ type }) => type)
      .filter(type => type !== "StateChange" && type !== "Progress");
  }

  /** Brings a job's message to an agent that asked for it. */
  job(message: object): void {
    this.mqtt.deliver(`${JOBS}/$next/get/accepted`, message);
  }

  /** The cloud takes, or refuses, the status sent last. */
  reply(accepted: boolean, jobId = "AFR_OTA-j", code = "InvalidStateTransition"): void {
    const verb = accepted ? "accepted" : "rejected";
    this.mqtt.deliver(`${JOBS}/${jobId}/update/${verb}`, accepted ? {} : { code });
  }

  /** Brings every block of `image`, in order, acknowledging what the agent reports meanwhile. */
  blocks(image: Uint8Array, first = 0, last = Math.ceil(image.length / BLOCK) - 1): void {
    for (let index = first; index <= last; index++)
      this.mqtt.deliver(DATA, blockMessage(image, index));
  }
}

/** A bench whose agent has asked for a job. */
export function askedBench(options: BenchOptions = {}): AgentBench {
  const bench = new AgentBench(options);
  bench.agent.start();
  return bench;
}

/** A bench whose agent has taken a job of `size` bytes and waits for blocks. */
export function downloadingBench(size: number, options: BenchOptions = {}): AgentBench {
  const bench = askedBench(options);
  bench.job(jobMessage(size));
  return bench;
}
