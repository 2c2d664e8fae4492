// SPDX-License-Identifier: MIT
import { backoffMs } from "xs-ota/pal/backoff";
import { OtaError } from "xs-ota/pal/error";
import type { CustomJob, OtaJob } from "../job/document.js";
import { NON_CONFORMING } from "../job/read.js";
import { formatToken, type StatusReport, tokenOf } from "../job/status.js";
import { nextJobTopic, notifyNextTopic } from "../job/topics.js";
import { encodeUtf8 } from "../job/utf8.js";
import { checkVersion } from "../job/version.js";
import { bestEffort } from "./best-effort.js";
import type { Context } from "./context.js";
import type { CustomJobVerdict, JobInfo } from "./events.js";
import type { Progress } from "./progress.js";
import type { JobDocument, MalformedJob } from "./table.js";

/** What an event says of a job. */
export function jobInfo(job: OtaJob): JobInfo {
  const file = job.files[0];
  return Object.freeze({
    jobId: job.jobId,
    fileType: file?.fileType ?? 0,
    fileSize: file?.size ?? 0,
  });
}

/** Whether the update has brought an image, and not other files only. */
const hasImage = ({ image }: Progress): boolean => image.some(byte => byte !== 0);

/** Whether the record is of a job that has succeeded. */
const isCommitted = (progress: Progress | undefined, { jobId }: OtaJob): progress is Progress =>
  progress?.jobId === jobId && progress.phase === "committed";

/** The part of the journey before a file: a start and what it means, asking for a job, judging it, the trial. */
export class JobActions {
  readonly #context: Context;
  /** Requests for a job so far: the client token, as the C library counts. */
  #requests = 0;
  /** Requests in a row without a reply. */
  #attempts = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  prepare(): void {
    this.#context.statistics.reset();
    this.#context.signal("Start");
  }

  /** Finds out what this start means, tells the cloud what it does not know, and asks for a job. */
  start(): void {
    const { trial, record, signal } = this.#context;
    const outcome = trial.begin();
    if (outcome === "unfinished") {
      trial.retry();
      return;
    }
    const { progress } = record;
    if (progress !== undefined && outcome === "committed") this.#reportKept(progress);
    if (progress !== undefined && outcome === "reverted") this.#reportReverted(progress);
    signal("RequestJobDocument");
  }

  #tellCommitted(progress: Progress): void {
    const { version, emit } = this.#context;
    if (hasImage(progress)) emit({ type: "Committed", version });
    this.#reportCommitted(progress);
  }

  #reportCommitted(progress: Progress): void {
    const { reporter } = this.#context;
    const { jobId, fileType } = progress;
    if (hasImage(progress)) this.reportAccepted(progress);
    else reporter.report(jobId, { kind: "received", fileType });
  }

  /** Reports a trial that the image has passed; one of which the journal knows nothing when its job has come again. */
  reportAccepted(progress: Progress | undefined): void {
    const { reporter, version, signal } = this.#context;
    if (progress === undefined) signal("RequestJobDocument");
    else {
      const updatedBy = progress.previous;
      reporter.report(progress.jobId, { kind: "accepted", version, updatedBy });
    }
  }

  /** An image whose trial was given up stays when the bootloader has none to go back to: that is no success. */
  #reportKept(progress: Progress): void {
    const { reporter } = this.#context;
    const { jobId, phase, note } = progress;
    if (phase === "committed" || note === "") {
      this.#tellCommitted(progress);
      return;
    }
    const reason = `the new image did not pass its trial, and stays, for there is no other: ${note}`;
    reporter.report(jobId, { kind: "failed", error: new OtaError("image-reverted", reason) });
  }

  #reportReverted({ jobId, note }: Progress): void {
    const { reporter, options, emit } = this.#context;
    const why = note === "" ? `it ended by a reset (${options.device.resetReason})` : note;
    const reason = `the new image did not pass its trial: ${why}`;
    emit({ type: "Reverted", jobId, reason });
    reporter.report(jobId, { kind: "failed", error: new OtaError("image-reverted", reason) });
  }

  /** Listens, and asks; a reply that does not come is asked for again. */
  requestJob(): void {
    if (this.#context.reporter.isEnding) return;
    this.#publishRequest();
    this.retryRequestJob();
  }

  #publishRequest(): void {
    const { mqtt, thingName } = this.#context.options;
    mqtt.subscribe(notifyNextTopic(thingName), 1);
    const clientToken = formatToken(this.#requests, thingName);
    mqtt.publish(nextJobTopic(thingName), encodeUtf8(JSON.stringify({ clientToken })), 1);
    this.#requests++;
  }

  /** Whether a message answers a request before the last one: the job that it tells of may have been cancelled since. */
  isStale(message: unknown): boolean {
    const last = formatToken(this.#requests - 1, this.#context.options.thingName);
    return (tokenOf(message) ?? last) !== last;
  }

  /** Asks again after a while: what went out may be lost, and what could not go out may go then. */
  retryRequestJob(): void {
    const { requestTimer, config, options } = this.#context;
    const wait = backoffMs(this.#attempts++, config.fileRequestWaitMs, options.device.random());
    requestTimer.start(wait);
  }

  /** Asks whether the job under way is still the one to do. A network that refuses is no reason to end it. */
  refreshJob(): void {
    bestEffort(() => this.#publishRequest());
  }

  processJob(job: JobDocument): void {
    const { requestTimer, reporter, trial, signal } = this.#context;
    requestTimer.stop();
    this.#attempts = 0;
    if (trial.state !== "none") this.#processOnTrial(job);
    else if (reporter.isEnding) this.#processEnding(job);
    else if (job.kind === "ota") this.#processOtaJob(job);
    else if (job.kind === "custom") this.#processCustomJob(job);
    else if (job.kind === "malformed") signal("JobMalformed", job);
    else this.rest();
  }

  /** It may be the job that ends; another attempt at one that has succeeded has succeeded, too. */
  #processEnding(job: JobDocument): void {
    const { reporter, record, signal } = this.#context;
    if (job.kind === "ota" && isCommitted(record.progress, job)) reporter.followLater(job);
    signal("NoJob");
  }

  /** There is nothing to do. */
  rest(): void {
    const { emit, signal } = this.#context;
    emit({ type: "NoActiveJob" });
    signal("NoJob");
  }

  #processOnTrial(job: JobDocument): void {
    const { trial, signal } = this.#context;
    if (trial.isOf(job)) {
      if (job.kind === "ota") this.#context.reporter.follow(job);
      signal("StartSelfTest", job.jobId);
    } else {
      signal("NoJob");
      this.giveUpTrial("the job was cancelled");
    }
  }

  #processOtaJob(job: OtaJob): void {
    const { reporter, record, emit, signal } = this.#context;
    const { progress } = record;
    const isKnown = progress?.jobId === job.jobId;
    if (job.selfTest !== undefined && !isKnown) {
      this.#processForgotten(job);
      return;
    }
    reporter.follow(job);
    if (isCommitted(progress, job)) {
      this.#reportCommitted(progress); // the cloud, or the journal, does not know that it is over
      signal("NoJob");
    } else {
      emit({ type: "ReceivedJob", job: jobInfo(job) });
      signal("CreateFile", job);
    }
  }

  /**
   * A job whose new image has run, of which the journal knows nothing: an update by another agent, or a journal that was
   * erased. What became of it shows in the versions, as the C library has it: the image that runs is newer than the one that
   * reported before the reset, or it is the one that reported from its trial, and has passed it.
   */
  #processForgotten({ jobId, selfTest }: OtaJob): void {
    const { reporter, version, signal } = this.#context;
    const updatedBy = selfTest?.updatedBy ?? version;
    const hasPassed = selfTest?.isActive === true && selfTest.updatedBy === version;
    if (hasPassed || version > updatedBy)
      reporter.report(jobId, { kind: "accepted", version, updatedBy });
    else {
      const error = new OtaError("image-reverted", "the old image runs, and no record says why");
      reporter.report(jobId, { kind: "failed", error });
    }
    signal("NoJob");
  }

  #processCustomJob({ jobId, document }: CustomJob): void {
    const { reporter, ask, signal } = this.#context;
    const answers: StatusReport[] = [];
    const answer = (status: CustomJobVerdict, reason: string): void => {
      answers.push({ kind: "custom", status, reason });
    };
    ask({ type: "ParseCustomJob", jobId, document, answer });
    const [report] = answers;
    if (report === undefined) {
      const error = new OtaError("job-malformed", "jobDocument.afr_ota is missing", NON_CONFORMING);
      signal("JobMalformed", { kind: "malformed", jobId, error });
    } else {
      reporter.report(jobId, report);
      signal("NoJob");
    }
  }

  refuseJob({ jobId, error }: MalformedJob): void {
    const { reporter, emit, signal } = this.#context;
    reporter.report(jobId, { kind: "failed", error });
    emit({ type: "Fail", job: undefined, error });
    signal("RequestJobDocument");
  }

  /** The image on trial is the one the job means: the application may test it. */
  inSelfTest(jobId: string): void {
    const { trial, record, reporter, version, emit } = this.#context;
    const { progress } = record;
    const fault = progress === undefined ? undefined : this.#versionFault(progress);
    if (fault !== undefined) this.giveUpTrial(fault.message);
    else if (trial.announce()) {
      reporter.report(jobId, { kind: "active", version });
      emit({ type: "StartTest", jobId });
    }
  }

  /** The C library's check after the reset: the header may have told another version than the image has. */
  #versionFault({ previous }: Progress): OtaError | undefined {
    const { version, config } = this.#context;
    if (config.allowDowngrade) return undefined;
    try {
      checkVersion(version, previous);
      return undefined;
    } catch (error) {
      if (error instanceof OtaError) return error;
      throw error;
    }
  }

  giveUpTrial(reason: string): void {
    const { trial, emit } = this.#context;
    try {
      emit({ type: "SelfTestFailed", reason });
    } finally {
      trial.giveUp(reason); // whatever the application makes of it
    }
  }
}
Object.freeze(JobActions.prototype);
