// SPDX-License-Identifier: MIT
import { backoffMs } from "xs-ota/pal/backoff";
import type { Clock } from "xs-ota/pal/clock";
import type { Device } from "xs-ota/pal/device";
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient } from "xs-ota/pal/mqtt";
import { isObject } from "../job/read.js";
import {
  formatStatus,
  formatToken,
  isTerminal,
  type StatusConditions,
  type StatusReport,
  tokenOf,
} from "../job/status.js";
import { updateJobTopic } from "../job/topics.js";
import { encodeUtf8 } from "../job/utf8.js";
import type { OtaConfig } from "./config.js";
import { Timer } from "./timer.js";

/** A report on its way. */
interface Entry {
  readonly jobId: string;
  readonly report: StatusReport;
  /** Comes back with the replies to it. Progress has none. */
  readonly clientToken?: string;
}

/** What the reporter tells. */
export interface ReporterListener {
  /** The cloud has the report, or will never take it. */
  onReported(jobId: string, report: StatusReport): void;
  /** The cloud refused a report of progress: the job is no longer ours to do. */
  onJobGone(jobId: string): void;
}

/** How reports are sent. */
export interface ReporterOptions {
  readonly thingName: string;
  readonly mqtt: MqttClient;
  readonly clock: Clock;
  readonly device: Device;
  readonly config: OtaConfig;
}

/** The job execution that reports are about, as far as the cloud told. */
export interface FollowedExecution {
  readonly jobId: string;
  readonly versionNumber: number | undefined;
  readonly executionNumber: number | undefined;
}

/** Refusals that asking again may cure. Source: AWS IoT Jobs, ErrorResponse. */
const transient: readonly unknown[] = Object.freeze(["RequestThrottled", "InternalError"]);

/** Refusals of a report that did not arrive as it was sent, or whose refusal did not: without a code. */
const damaged: readonly unknown[] = Object.freeze(["InvalidJson", "InvalidRequest", undefined]);
/** Times that the cloud may take a report for damaged before it is given up. */
const MAX_DAMAGED = 5;

/** What a refusal means for its report: it is to be sent again, was damaged on its way, or is refused for good. */
function meaningOf(reply: unknown): "later" | "damaged" | "refused" {
  const code = isObject(reply) ? reply["code"] : undefined;
  if (transient.includes(code)) return "later";
  return damaged.includes(code) ? "damaged" : "refused";
}

/** Progress may overtake its replies, so it names no version. */
function boundTo(execution: FollowedExecution, report: StatusReport): StatusConditions {
  const { versionNumber, executionNumber } = execution;
  const isVersioned = versionNumber !== undefined && report.kind !== "receiving";
  return {
    ...(isVersioned && { expectedVersion: versionNumber }),
    ...(executionNumber !== undefined && { executionNumber }),
  };
}

/** The version that a refused update should have named, when its execution is still under way. */
function pendingVersion(reply: unknown): number | undefined {
  if (!isObject(reply) || reply["code"] !== "VersionMismatch") return undefined;
  const state = reply["executionState"];
  if (!isObject(state) || !["QUEUED", "IN_PROGRESS"].includes(String(state["status"]))) {
    return undefined;
  }
  return typeof state["versionNumber"] === "number" ? state["versionNumber"] : undefined;
}

/**
 * Brings status reports to the cloud, in order, each until it is accepted or refused for good, across lost connections.
 * Progress goes at QoS 0 when nothing else waits, and is not repeated.
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #listener: ReporterListener;
  readonly #queue: Entry[] = [];
  readonly #timer: Timer;
  #attempts = 0;
  /** Of the first report: refusals of it as damaged. */
  #damaged = 0;
  #execution: FollowedExecution | undefined;
  /** When a report went out last. */
  #sentAt = 0;
  /** Replies to progress of the execution followed that are still to come; some never do. */
  #progressReplies = 0;
  /** Those to come to progress of attempts at its job before. */
  #lateReplies = 0;
  /** Reports so far, for their tokens. */
  #reports = 0;

  constructor(options: ReporterOptions, listener: ReporterListener) {
    this.#options = options;
    this.#listener = listener;
    this.#timer = new Timer(options.clock, () => this.#send());
  }

  /** Whether a report that ends a job is on its way: the cloud would hand out the same job again. */
  get isEnding(): boolean {
    return this.#queue.some(({ report }) => isTerminal(report));
  }

  /** Whether half of the time is over after which the cloud times the job out. */
  get isStepTimeShort(): boolean {
    const { clock, config } = this.#options;
    const half = config.stepTimeoutInMinutes * 30_000;
    return half > 0 && clock.now() - this.#sentAt >= half;
  }

  /** Reports on this execution are bound to it from now on. */
  follow({ jobId, versionNumber, executionNumber }: FollowedExecution): void {
    const before = this.#execution;
    this.#execution = { jobId, versionNumber, executionNumber };
    if (before?.jobId !== jobId) this.#expectNoProgressReplies();
    else if (before.executionNumber !== executionNumber) this.#leaveAttempt(jobId);
  }

  /** The same job has come again: a later attempt at it is followed from now on. */
  followLater(execution: FollowedExecution): void {
    const { jobId, executionNumber = 0 } = this.#execution ?? {};
    const { executionNumber: later = 0 } = execution;
    if (execution.jobId === jobId && later > executionNumber) this.follow(execution);
  }

  /** What the cloud says to the attempt before counts no more; a report on its way to that goes to this one. */
  #leaveAttempt(jobId: string): void {
    this.#lateReplies += this.#progressReplies;
    this.#progressReplies = 0;
    const first = this.#queue[0];
    if (first?.jobId !== jobId || !this.#options.config.conditionalUpdates) return;
    this.#queue[0] = { ...first, clientToken: this.#makeToken() };
    this.#sendFirst();
  }

  #expectNoProgressReplies(): void {
    this.#progressReplies = 0;
    this.#lateReplies = 0;
  }

  #makeToken(): string {
    return formatToken(this.#reports++, this.#options.thingName);
  }

  /** Sends a report once those before it are settled. Progress is sent now or not at all. */
  report(jobId: string, report: StatusReport): void {
    if (report.kind === "receiving") {
      this.#reportProgress({ jobId, report });
      return;
    }
    this.#queue.push({ jobId, report, clientToken: this.#makeToken() });
    if (this.#queue.length === 1) this.#sendFirst();
  }

  #reportProgress(entry: Entry): void {
    if (this.#queue.length > 0) return;
    if (this.#publish(entry, 0)) this.#progressReplies++;
  }

  /** Sends again what a lost connection may have swallowed. */
  onConnected(): void {
    this.#expectNoProgressReplies();
    this.#sendFirst();
  }

  /** The cloud has answered an update. @param reply the message, as JSON gives it; `undefined` when it is not JSON */
  onReply(jobId: string, accepted: boolean, reply: unknown): void {
    if (this.#isLate(jobId, reply)) this.#lateReplies--;
    else this.#onTimelyReply(jobId, accepted, reply);
  }

  #onTimelyReply(jobId: string, accepted: boolean, reply: unknown): void {
    if (accepted) this.#raiseVersion(jobId);
    const first = this.#queue[0];
    const token = tokenOf(reply);
    const isOfProgress = token === undefined && this.#isProgressDue(jobId);
    if (isOfProgress) this.#onProgressReply(jobId, accepted, reply);
    else if (first?.jobId === jobId && (token ?? first.clientToken) === first.clientToken) {
      this.#onReplyToFirst(jobId, accepted, reply);
    }
  }

  #isLate(jobId: string, reply: unknown): boolean {
    const isFollowed = jobId === this.#execution?.jobId;
    return this.#lateReplies > 0 && isFollowed && tokenOf(reply) === undefined;
  }

  #isProgressDue(jobId: string): boolean {
    return this.#progressReplies > 0 && jobId === this.#execution?.jobId;
  }

  #onProgressReply(jobId: string, accepted: boolean, reply: unknown): void {
    this.#progressReplies--;
    if (!accepted && meaningOf(reply) === "refused") this.#listener.onJobGone(jobId);
  }

  #onReplyToFirst(jobId: string, accepted: boolean, reply: unknown): void {
    if (!accepted && this.#adoptVersion(jobId, reply)) return;
    const meaning = accepted ? "accepted" : meaningOf(reply);
    if (meaning === "later" || (meaning === "damaged" && ++this.#damaged < MAX_DAMAGED)) return;
    this.#settle(jobId, !accepted);
  }

  /** Each update that the cloud takes raises the version by one. */
  #raiseVersion(jobId: string): void {
    const { versionNumber } = this.#execution ?? {};
    if (this.#execution?.jobId !== jobId || versionNumber === undefined) return;
    this.#execution = { ...this.#execution, versionNumber: versionNumber + 1 };
  }

  /** @returns whether the report was refused only for its version, and goes out again with the one that the cloud has. */
  #adoptVersion(jobId: string, reply: unknown): boolean {
    const execution = this.#execution;
    if (execution?.jobId !== jobId || execution.versionNumber === undefined) return false;
    const versionNumber = pendingVersion(reply);
    if (versionNumber === undefined) return false;
    this.#execution = { ...execution, versionNumber };
    this.#send();
    return true;
  }

  #conditions({ jobId, report, clientToken }: Entry): StatusConditions {
    const { conditionalUpdates, stepTimeoutInMinutes } = this.#options.config;
    const execution = this.#execution?.jobId === jobId ? this.#execution : undefined;
    const bounds = {
      ...(clientToken !== undefined && { clientToken }),
      ...(execution !== undefined && boundTo(execution, report)),
    };
    return {
      ...(conditionalUpdates && bounds),
      ...(stepTimeoutInMinutes > 0 && !isTerminal(report) && { stepTimeoutInMinutes }),
    };
  }

  #settle(jobId: string, refused: boolean): void {
    const first = this.#queue[0];
    if (first?.jobId !== jobId) return;
    this.#queue.shift();
    this.#timer.stop();
    this.#listener.onReported(jobId, first.report);
    if (refused && !isTerminal(first.report)) this.#listener.onJobGone(jobId);
    this.#sendFirst();
  }

  #sendFirst(): void {
    this.#attempts = 0;
    this.#damaged = 0;
    this.#send();
  }

  #send(): void {
    const first = this.#queue[0];
    if (first === undefined) return;
    this.#publish(first, 1);
    const { device, config } = this.#options;
    this.#timer.start(backoffMs(this.#attempts++, config.fileRequestWaitMs, device.random()));
  }

  /** @returns whether the message went out; when not, the timer or the next connection tries again. */
  #publish(entry: Entry, qos: 0 | 1): boolean {
    const { mqtt, clock, thingName } = this.#options;
    if (!mqtt.connected) return false;
    const status = formatStatus(entry.report, this.#conditions(entry));
    try {
      mqtt.publish(updateJobTopic(thingName, entry.jobId), encodeUtf8(status), qos);
      this.#sentAt = clock.now();
      return true;
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
      return false;
    }
  }

  /** Forgets what is under way. */
  close(): void {
    this.#timer.stop();
    this.#queue.length = 0;
  }
}
Object.freeze(Reporter.prototype);
