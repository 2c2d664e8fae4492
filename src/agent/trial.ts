// SPDX-License-Identifier: MIT
import { isSameBytes } from "xs-ota/pal/bytes";
import type { Clock } from "xs-ota/pal/clock";
import { bestEffort } from "./best-effort.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import type { Platforms } from "./platforms.js";
import type { Progress } from "./progress.js";
import type { UpdateRecord } from "./update-record.js";
import type { JobDocument } from "./table.js";
import { Timer } from "./timer.js";

/** What a trial works with. */
export interface TrialOptions {
  readonly platforms: Platforms;
  readonly record: UpdateRecord;
  readonly clock: Clock;
  /** Milliseconds that the application has to accept the image. */
  readonly selfTestResponseWaitMs: number;
}

/** How far the trial of the running image is. */
export type TrialState = "none" | "waiting" | "testing";

/**
 * The time between a switch and its commit. The timer runs from the start until the commit is on the flash; nothing
 * else stops it.
 */
export class Trial {
  readonly #options: TrialOptions;
  readonly #timer: Timer;
  #state: TrialState = "none";

  /** @param onExpired called when the time is over: the trial is to be given up */
  constructor(options: TrialOptions, onExpired: () => void) {
    this.#options = options;
    this.#timer = new Timer(options.clock, onExpired);
  }

  get state(): TrialState {
    return this.#state;
  }

  /** Finds out what this start means, and starts the timer when it is a trial. */
  begin(): Outcome {
    const { platforms, record, selfTestResponseWaitMs } = this.#options;
    const { firmware } = platforms;
    const { progress } = record;
    const runsNew = isSameBytes(progress?.image, firmware.identify("running"));
    const image = firmware.getPlatformImageState();
    const outcome = outcomeOf(image, progress?.phase ?? "none", runsNew);
    this.#state = outcome === "trial" ? "waiting" : "none";
    if (outcome === "trial") this.#timer.start(selfTestResponseWaitMs);
    else if (outcome !== "unfinished")
      platforms.settle(outcome === "committed" ? "Accepted" : "Rejected");
    return outcome;
  }

  /**
   * Whether the image on trial is of this job, which the new image need not understand: it may want another signature. Without a
   * record, a job that says self_test is taken for it.
   */
  isOf(job: JobDocument): job is Exclude<JobDocument, { readonly kind: "none" }> {
    if (job.kind === "none") return false;
    const { progress } = this.#options.record;
    if (progress !== undefined) return progress.jobId === job.jobId;
    return job.kind === "ota" && job.selfTest !== undefined;
  }

  /** The application may test now. @returns false when it was told before. */
  announce(): boolean {
    const first = this.#state === "waiting";
    this.#state = "testing";
    return first;
  }

  /**
   * Makes the image permanent; harmless when it is.
   * @returns the record of the update that ends so, if there is one.
   * @throws OtaError of Pal.setPlatformImageState.
   */
  accept(): Progress | undefined {
    const { platforms, record } = this.#options;
    platforms.firmware.setPlatformImageState("Accepted");
    platforms.settle("Accepted");
    this.#timer.stop();
    if (this.#state === "none") return undefined;
    this.#state = "none";
    bestEffort(() => record.change({ phase: "committed" })); // the image that runs tells the next start as much
    return record.progress;
  }

  /** Restarts into the old image, which reports `note` as the reason. */
  giveUp(note: string): void {
    const { platforms, record } = this.#options;
    const { firmware } = platforms;
    this.stop();
    bestEffort(() => record.change({ phase: "switched", note }));
    bestEffort(() => firmware.setPlatformImageState("Rejected"));
    firmware.reset();
  }

  /** Resets once more, so that the bootloader can go on with the switch; the next start knows that it was tried. */
  retry(): void {
    const { platforms, record } = this.#options;
    record.change({ phase: "retried" });
    platforms.firmware.reset();
  }

  /** Stops the timer, for a shutdown or a restart. */
  stop(): void {
    this.#timer.stop();
  }
}
Object.freeze(Trial.prototype);
