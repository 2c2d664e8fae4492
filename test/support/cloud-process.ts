// SPDX-License-Identifier: MIT
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Cloud, startCloud } from "xs-ota/cloud/cloud";
import { Store } from "xs-ota/cloud/store/store";

/** What a cloud in another process says of itself. */
export type Announcement = Pick<Cloud, "endpoint" | "region" | "credentials" | "plainMqtt">;

const self = fileURLToPath(import.meta.url);

/** A cloud in a process of its own, to be killed. */
export class CloudProcess {
  readonly announcement: Announcement;
  readonly #child: ChildProcess;

  /**
   * @param commits "late" for a cloud with a defect: it answers first and stores after.
   * @throws Error when it does not come up.
   */
  static async start(
    directory: string,
    commits: "before answers" | "late" = "before answers",
  ): Promise<CloudProcess> {
    const child = spawn(process.execPath, [self, directory, commits], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      return new CloudProcess(JSON.parse(line) as Announcement, child);
    }
    throw new Error("the cloud ended before it was up");
  }

  private constructor(announcement: Announcement, child: ChildProcess) {
    this.announcement = announcement;
    this.#child = child;
  }

  /** The most memory that it has held, in bytes. Source: proc(5), VmHWM. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.#child.pid ?? 0}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  /** Takes the process away at once, as kill -9 does; harmless when it is gone. */
  async kill(): Promise<void> {
    if (this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** How long after its answer a cloud with the defect stores what it told. */
const LATE_MS = 200;

function commitLate(): void {
  const commit = Object.getOwnPropertyDescriptor(Store.prototype, "commit")?.value as () => void;
  Store.prototype.commit = function (this: Store) {
    setTimeout(() => commit.call(this), LATE_MS);
  };
}

if (process.argv[1] === self) {
  if (process.argv[3] === "late") commitLate();
  const { endpoint, region, credentials, plainMqtt } = await startCloud({
    directory: process.argv[2],
    plainMqttPort: 0,
  });
  process.stdout.write(`${JSON.stringify({ endpoint, region, credentials, plainMqtt })}\n`);
}
