// SPDX-License-Identifier: MIT
import { isSameBytes } from "xs-ota/pal/bytes";
import type { Clock } from "xs-ota/pal/clock";
import type { Journal } from "xs-ota/pal/journal";
import { bestEffort } from "./best-effort.js";
import { type Outcome, outcomeOf } from "./outcome.js";
import type { Platforms } from "./platforms.js";
import { formatProgress, parseProgress, type Progress } from "./progress.js";
import type { JobDocument } from "./table.js";
import { Timer } from "./timer.js";

/** What a trial works with. */
export interface TrialOptions {
  readonly platforms: Platforms;
  readonly journal: Journal;
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

  /** What the journal holds. */
  get progress(): Progress | undefined {
    const record = this.#options.journal.load();
    return record === undefined ? undefined : parseProgress(record);
  }

  /** Finds out what this start means, and starts the timer when it is a trial. */
  begin(): Outcome {
    const { platforms, selfTestResponseWaitMs } = this.#options;
    const { firmware } = platforms;
    const progress = this.progress;
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
    const progress = this.progress;
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
    const { platforms } = this.#options;
    platforms.firmware.setPlatformImageState("Accepted");
    platforms.settle("Accepted");
    this.#timer.stop();
    const progress = this.#state === "none" ? undefined : this.progress;
    this.#state = "none";
    // the image that runs tells the next start as much
    if (progress !== undefined) bestEffort(() => this.#save({ ...progress, phase: "committed" }));
    return progress;
  }

  /** Restarts into the old image, which reports `note` as the reason. */
  giveUp(note: string): void {
    const { firmware } = this.#options.platforms;
    const progress = this.progress;
    this.stop();
    if (progress !== undefined) {
      bestEffort(() => this.#save({ ...progress, phase: "switched", note }));
    }
    bestEffort(() => firmware.setPlatformImageState("Rejected"));
    firmware.reset();
  }

  /** Resets once more, so that the bootloader can go on with the switch; the next start knows that it was tried. */
  retry(): void {
    const { progress } = this;
    if (progress !== undefined) this.#save({ ...progress, phase: "retried" });
    this.#options.platforms.firmware.reset();
  }

  /** The update is told and over. */
  forget(): void {
    this.#options.journal.save(new Uint8Array(0));
  }

  /** Stops the timer, for a shutdown or a restart. */
  stop(): void {
    this.#timer.stop();
  }

  #save(progress: Progress): void {
    this.#options.journal.save(formatProgress(progress));
  }
}
Object.freeze(Trial.prototype);
