// SPDX-License-Identifier: MIT
import type { SignatureScheme } from "xs-ota/pal/crypto";
import { OtaError } from "xs-ota/pal/error";
import type { OtaImageState } from "xs-ota/pal/pal";
import { Memory } from "../download/memory.js";
import { consistsOf, DIGITS, LETTERS } from "../job/characters.js";
import { jobIdOf, parseJob } from "../job/document.js";
import { outlineOf, parseJson } from "../job/json.js";
import type { StatusReport } from "../job/status.js";
import { isTerminal } from "../job/status.js";
import { isStreamData, parseJobTopic } from "../job/topics.js";
import { parseVersion } from "../job/version.js";
import { bestEffort } from "./best-effort.js";
import { makeConfig } from "./config.js";
import type { Context } from "./context.js";
import { ControlActions } from "./control-actions.js";
import type { OtaEvent } from "./events.js";
import { FileActions } from "./file-actions.js";
import { JobActions } from "./job-actions.js";
import { Machine } from "./machine.js";
import type { OtaAgentOptions } from "./options.js";
import { Platforms } from "./platforms.js";
import { Reporter } from "./reporter.js";
import { type OtaStatistics, Statistics } from "./statistics.js";
import type { Actions, JobDocument, OtaState, ShutdownOptions } from "./table.js";
import { Timer } from "./timer.js";
import { Trial } from "./trial.js";
import { UpdateRecord } from "./update-record.js";

/** Source: CreateThing, "thingName". */
const isThingName = (text: string): boolean =>
  text.length <= 128 && consistsOf(text, `${LETTERS}${DIGITS}:_-`);
const defaultScheme: SignatureScheme = "sig-sha256-ecdsa";
/** States of an agent that has not begun, or that ends. */
const resting: readonly OtaState[] = Object.freeze(["Init", "ShuttingDown", "Stopped"]);

/**
 * The over-the-air update agent for one device: the C library's OTA_* functions as methods. It asks AWS IoT for jobs,
 * downloads, verifies, switches, and ends a trial by commit or revert. Make one for each Pal.
 */
export class OtaAgent {
  readonly #context: Context;
  readonly #machine: Machine;
  readonly #jobs: JobActions;
  readonly #files: FileActions;
  #imageState: OtaImageState = "Unknown";

  /** @throws OtaError "argument-invalid" for a name, version or option out of range, naming it. */
  constructor(options: OtaAgentOptions) {
    if (!isThingName(options.thingName)) {
      const what = `thingName "${options.thingName}" is not 1 to 128 letters, digits, :, _ and -`;
      throw new OtaError("argument-invalid", what);
    }
    this.#context = this.#makeContext(options);
    this.#jobs = new JobActions(this.#context);
    this.#files = new FileActions(this.#context);
    this.#machine = new Machine(this.#makeActions(), (from, to) => {
      this.#context.emit({ type: "StateChange", from, to });
    });
  }

  #makeContext(options: OtaAgentOptions): Context {
    const { pal, filePals, journal, clock, device, mqtt, thingName } = options;
    const config = makeConfig(options.config);
    const platforms = new Platforms(pal, config, filePals);
    const { selfTestResponseWaitMs } = config;
    const signal: Machine["signal"] = (on, ...data) => this.#machine.signal(on, ...data);
    const reporter = new Reporter(
      { thingName, mqtt, clock, device, config },
      {
        onReported: (jobId, report) => this.#onReported(jobId, report),
        onJobGone: jobId => this.#onJobGone(jobId),
      },
    );
    const record = new UpdateRecord(journal);
    const trial = new Trial({ platforms, record, clock, selfTestResponseWaitMs }, () =>
      this.#jobs.giveUpTrial(`not accepted within ${selfTestResponseWaitMs} ms`),
    );
    return Object.freeze({
      options,
      config,
      scheme: options.scheme ?? defaultScheme,
      version: parseVersion(options.version),
      memory: new Memory(options.memory),
      platforms,
      reporter,
      trial,
      record,
      statistics: new Statistics(),
      requestTimer: new Timer(clock, () => signal("RequestTimer")),
      signal,
      emit: (event: OtaEvent) => this.#machine.afterwards(() => options.onEvent(event)),
      ask: (event: OtaEvent) => this.#machine.meanwhile(() => options.onEvent(event)),
    });
  }

  #makeActions(): Actions {
    const jobs = this.#jobs;
    const files = this.#files;
    const control = new ControlActions(this.#context, files);
    return Object.freeze<Actions>({
      prepare: () => jobs.prepare(),
      start: () => jobs.start(),
      requestJob: () => jobs.requestJob(),
      retryRequestJob: () => jobs.retryRequestJob(),
      refreshJob: () => jobs.refreshJob(),
      processJob: job => jobs.processJob(job),
      rest: () => undefined,
      inSelfTest: jobId => jobs.inSelfTest(jobId),
      refuseJob: job => jobs.refuseJob(job),
      initFile: job => files.initFile(job),
      reopenFile: () => files.reopenFile(),
      requestData: () => files.requestData(),
      requestAgain: () => files.requestAgain(),
      processData: block => files.processData(block),
      countFault: fault => files.countFault(fault),
      jobNotification: job => files.jobNotification(job),
      dropJob: () => files.dropJob(),
      closeFile: () => files.closeFile(),
      applyDelta: () => files.applyDelta(),
      activate: () => files.activate(),
      failJob: error => files.failJob(error),
      ignore: () => undefined,
      suspend: () => control.suspend(),
      resume: () => control.resume(),
      userAbort: () => control.userAbort(),
      shutdown: options => control.shutdown(options),
      stop: () => control.stop(),
    });
  }

  get state(): OtaState {
    return this.#machine.state;
  }

  /** OTA_GetStatistics. */
  get statistics(): OtaStatistics {
    return this.#context.statistics.counts;
  }

  /** What the application last said of the running image; "Testing" while it is to be tested. OTA_GetImageState. */
  get imageState(): OtaImageState {
    return this.#context.trial.state === "testing" ? "Testing" : this.#imageState;
  }

  /** Begins; on an agent that runs it only resets the statistics. OTA_Init and OTA_EventProcessingTask. */
  start(): void {
    if (this.state !== "Init" && this.state !== "Stopped") {
      this.#context.statistics.reset();
      return;
    }
    this.#context.options.mqtt.listener = Object.freeze({
      onMessage: (topic: string, payload: Uint8Array) => this.#onMessage(topic, payload),
      onConnected: () => this.#onConnected(),
      onDisconnected: () => undefined,
    });
    this.#imageState = "Unknown";
    this.#machine.signal("Start");
  }

  /**
   * Ends; what is on the flash stays for the next start. OTA_Shutdown.
   * @returns "Stopped"; "ShuttingDown" while the report that ends a job has `timeoutMs` left to reach the cloud.
   */
  shutdown(options: ShutdownOptions = {}): OtaState {
    this.#machine.signal("Shutdown", options);
    return this.state;
  }

  /** Asks for a job now. OTA_CheckForUpdate. @throws OtaError "state-invalid" when not running. */
  checkForUpdate(): void {
    this.#needRunning("check for an update");
    this.#machine.signal("RequestJobDocument");
  }

  /** Pauses; what has arrived stays on the flash. OTA_Suspend. @throws OtaError "state-invalid" when not running. */
  suspend(): void {
    this.#needRunning("suspend");
    this.#machine.signal("Suspend");
  }

  /** Goes on after `suspend`. OTA_Resume. @throws OtaError "state-invalid" when not running. */
  resume(): void {
    this.#needRunning("resume");
    this.#machine.signal("Resume");
  }

  /** Restarts into the verified image, on trial. OTA_ActivateNewImage. @throws OtaError "state-invalid" when there is none. */
  activate(): void {
    if (this.state !== "ClosingFile" || !this.#files.isReady) {
      throw new OtaError("state-invalid", `no verified image to activate in state ${this.state}`);
    }
    this.#machine.signal("Activate");
  }

  /**
   * The application's verdict. OTA_SetImageState.
   * "Accepted" commits the running image: when this returns, it is on the flash. "Rejected" gives a trial up and restarts
   * into the old image; "Aborted" gives up the update under way, its trial included, and does nothing without one.
   * @throws OtaError "argument-invalid" for "Testing" and "Unknown"; "flash-failed"; "state-invalid" for "Rejected"
   *   without a trial.
   */
  setImageState(state: OtaImageState): void {
    if (state === "Testing" || state === "Unknown") {
      throw new OtaError("argument-invalid", `${state} is not for the application to set`);
    }
    if (state === "Accepted") this.#accept();
    else if (this.#context.trial.state !== "none") {
      this.#jobs.giveUpTrial(`${state.toLowerCase()} by the application`);
    } else if (state === "Aborted") this.#machine.signal("UserAbort");
    else throw new OtaError("state-invalid", "the running image is not on trial");
    this.#imageState = state;
  }

  #accept(): void {
    const { trial, version, emit } = this.#context;
    const wasOnTrial = trial.state !== "none";
    const progress = trial.accept();
    this.#imageState = "Accepted";
    if (!wasOnTrial) return;
    try {
      emit({ type: "Committed", version });
    } finally {
      if (this.state !== "Stopped") this.#jobs.reportAccepted(progress); // or the next start does
    }
  }

  #needRunning(what: string): void {
    if (!resting.includes(this.state)) return;
    throw new OtaError("state-invalid", `cannot ${what} in state ${this.state}`);
  }

  #onConnected(): void {
    this.#context.reporter.onConnected();
    this.#machine.signal("Connected");
  }

  #onMessage(topic: string, payload: Uint8Array): void {
    const { options, statistics } = this.#context;
    if (this.#files.onMessage(topic, payload)) return;
    if (isStreamData(options.thingName, topic)) statistics.onReceived(); // too late, or for nobody
    const message = parseJobTopic(options.thingName, topic);
    if (message === undefined) return;
    if (message.kind === "update") this.#onUpdateReply(message.jobId, message.accepted, payload);
    else if (message.kind === "notify-next" || message.accepted) this.#onJob(message.kind, payload);
  }

  #onUpdateReply(jobId: string, accepted: boolean, payload: Uint8Array): void {
    let reply: unknown;
    try {
      reply = parseJson(payload);
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
    }
    this.#context.reporter.onReply(jobId, accepted, reply);
  }

  /** A notification that can't be read tells nevertheless that there is something to ask for; a request is made again by its timer. */
  #onJob(kind: "notify-next" | "job", payload: Uint8Array): void {
    const job = this.#readJob(payload);
    if (job !== undefined) this.#machine.signal("ReceivedJobDocument", job);
    else if (kind === "notify-next") this.#machine.signal("RequestJobDocument");
  }

  /** @returns `undefined` for what tells of no job, and not that there is none. */
  #readJob(payload: Uint8Array): JobDocument | undefined {
    let message: unknown;
    try {
      message = parseJson(payload);
      return this.#jobs.isStale(message) ? undefined : parseJob(message, this.#context.scheme);
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
      message ??= outlineOf(payload);
      const jobId = this.#jobs.isStale(message) ? undefined : jobIdOf(message);
      return jobId === undefined ? undefined : { kind: "malformed", jobId, error };
    }
  }

  #onReported(jobId: string, report: StatusReport): void {
    const { trial, record, signal } = this.#context;
    if (!isTerminal(report)) return;
    const isOver = record.progress?.jobId === jobId && trial.state === "none";
    if (isOver) bestEffort(() => record.forget());
    signal("RequestJobDocument");
  }

  #onJobGone(jobId: string): void {
    const { trial, record, signal } = this.#context;
    if (trial.state !== "none" && record.progress?.jobId === jobId) {
      this.#jobs.giveUpTrial("the job was cancelled");
    } else if (this.#files.jobInfo?.jobId === jobId) signal("JobGone");
  }
}
Object.freeze(OtaAgent.prototype);
