// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { chooseSources } from "../download/choose.js";
import { isExpired } from "../download/expiry.js";
import type { BlockSink, BlockSource } from "../download/source.js";
import type { OtaJob } from "../job/document.js";
import { bestEffort } from "./best-effort.js";
import { Completion } from "./completion.js";
import type { Context } from "./context.js";
import type { JobInfo } from "./events.js";
import { jobInfo } from "./job-actions.js";
import type { BlockFault, JobDocument, ReceivedBlock } from "./table.js";
import { reopenFiles } from "./reopen.js";
import { Transfer } from "./transfer.js";

/** How often a job's files may start clean before it fails: a server that gives another file each time is of no use. */
const MAX_CLEAN_STARTS = 3;

/** The part of the journey that a file takes: download, flash, verify, switch. */
export class FileActions {
  readonly #context: Context;
  readonly #sink: BlockSink;
  readonly #completion: Completion;
  /** The job whose file is being made ready, received, or waits for its activation. */
  #job: OtaJob | undefined;
  #transfer: Transfer | undefined;
  /** Of the job under way. */
  #cleanStarts = 0;

  constructor(context: Context) {
    const { signal } = context;
    this.#context = context;
    this.#completion = new Completion(context);
    const transfer = (): Transfer | undefined => this.#transfer;
    this.#sink = Object.freeze<BlockSink>({
      onBlock: (blockIndex: number, bytes: Uint8Array) => {
        signal("ReceivedFileBlock", { blockIndex, bytes });
      },
      onFault: (error: OtaError, isFinal: boolean) => {
        signal("BlockFault", { error, isFinal });
      },
      get etag() {
        return transfer()?.etag;
      },
      set etag(etag: string | undefined) {
        const current = transfer();
        if (current !== undefined) current.etag = etag;
      },
    });
  }

  /** Offers a message. @returns whether it was of the file under way. */
  onMessage(topic: string, payload: Uint8Array): boolean {
    return this.#transfer?.supply.onMessage(topic, payload) ?? false;
  }

  #sources(job: OtaJob): readonly BlockSource[] {
    const { options, config } = this.#context;
    return chooseSources(
      {
        thingName: options.thingName,
        mqtt: options.mqtt,
        http: options.http,
        memory: this.#context.memory,
        blockSize: 1 << config.log2FileBlockSize,
        streamEncoding: config.streamEncoding,
        allowRedirects: config.allowRedirects,
        protocols: config.dataProtocols,
      },
      job,
    );
  }

  initFile(job: OtaJob): void {
    const { options, config, version, memory, platforms, record, statistics, signal } =
      this.#context;
    const { clock, demands } = options;
    const isBegun = this.#job === job;
    this.#job = job;
    if (!isBegun) {
      this.#cleanStarts = 0;
      reopenFiles(job, platforms, record);
    }
    const transfer = new Transfer(
      { memory, platforms, record, clock, config, version, demands },
      job,
      this.#sources(job),
    );
    this.#transfer = transfer;
    transfer.supply.open(transfer.file, this.#sink);
    statistics.reset();
    signal(transfer.bitmap.remaining === 0 ? "CloseFile" : "RequestFileBlock");
  }

  /** The connection is back: subscriptions may be gone, the job may be, and blocks on their way are. */
  reopenFile(): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    transfer.supply.onConnected();
    transfer.supply.open(transfer.file, this.#sink);
    this.requestData();
    this.#context.signal("RequestJobDocument");
  }

  requestData(): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    transfer.request(this.#sink);
    this.#context.requestTimer.start(transfer.supply.waitMs);
  }

  /** What was asked for has not come. Without a connection nothing can: the next one goes on. */
  requestAgain(): void {
    this.#transfer?.supply.onLoss();
    if (this.#context.options.mqtt.connected) this.requestData();
  }

  processData(block: ReceivedBlock): void {
    const { statistics, requestTimer, signal } = this.#context;
    const transfer = this.#transfer;
    statistics.onReceived();
    if (transfer === undefined) return;
    try {
      if (transfer.receive(block) === "duplicate") return;
    } catch (error) {
      if (!(error instanceof OtaError) || error.code !== "block-malformed") throw error;
      transfer.supply.onFault(error, false);
      return;
    }
    statistics.onProcessed();
    this.#tellProgress(transfer);
    if (transfer.bitmap.remaining === 0) signal("CloseFile");
    else if (transfer.supply.isDrained) signal("RequestFileBlock");
    else requestTimer.start(transfer.supply.waitMs);
  }

  /**
   * The application hears of every window and of all that is recorded, the cloud of the first block, of every
   * `statusFrequency`-th, and in time before it takes the job for stuck.
   */
  #tellProgress({ job, bitmap, received, supply }: Transfer): void {
    const { config, reporter, emit } = this.#context;
    const total = bitmap.blockCount;
    const isRecorded = received % config.journalFrequency === 0 || received === total;
    if (supply.isDrained || isRecorded) emit({ type: "Progress", received, total });
    const isTime = received === 1 || received % config.statusFrequency === 0;
    if (isTime || reporter.isStepTimeShort) {
      reporter.report(job.jobId, { kind: "receiving", received, total });
    }
  }

  /** Blocks will not come as they were asked for. The timer asks again; a URL that is over is replaced first. */
  countFault({ error, isFinal }: BlockFault): void {
    this.#context.statistics.onReceived();
    this.#transfer?.supply.onFault(error, isFinal);
    if (error.code === "file-changed") this.#startClean(error);
    if (isExpired(error)) this.#context.signal("RequestJobDocument");
  }

  /**
   * A job arrived while one is under way. The same one may be another attempt and bring a fresh URL, and is passed over when it can't
   * be read any more, for a job's document never changes; another one takes its place.
   */
  jobNotification(job: JobDocument): void {
    const { reporter, signal } = this.#context;
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    if (job.kind === "malformed" && job.jobId === transfer.job.jobId) return;
    if (job.kind === "ota") reporter.followLater(job);
    const file = job.kind === "ota" ? transfer.sameFileOf(job) : undefined;
    if (file === undefined) signal("JobGone");
    else if (transfer.supply.renew(file)) signal("RequestFileBlock");
  }

  /** The cloud has taken the job back: nothing is to be reported. */
  dropJob(): void {
    this.#abandon(new OtaError("user-aborted", "the job was cancelled or replaced"));
  }

  /** Begins the file under way anew. @throws `why` when that has happened too often. */
  #startClean(why: OtaError): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    if (++this.#cleanStarts > MAX_CLEAN_STARTS) throw why;
    this.#context.requestTimer.stop();
    transfer.saveClean();
    this.#context.signal("CreateFile", transfer.job);
  }

  /**
   * Verifies what is on the flash. A file that was gone on with after a reset may be of two files that the cloud had, one after
   * the other: it gets a clean start before it is refused.
   * @returns whether it is what was signed.
   */
  #isVerified(transfer: Transfer): boolean {
    try {
      transfer.finish();
      return true;
    } catch (error) {
      const isWrong = error instanceof OtaError && error.code === "signature-invalid";
      if (!isWrong || !transfer.isResumed) throw error;
      this.#startClean(error);
      return false;
    }
  }

  /** Verifies a file; the last one of the job completes it. */
  closeFile(): void {
    const { requestTimer } = this.#context;
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    requestTimer.stop();
    if (!this.#isVerified(transfer)) return;
    if (transfer.isDelta) requestTimer.start(0);
    else this.#finishFile(transfer);
  }

  /** Makes one piece of the image that a delta is for: what else happens must not wait for all of them. */
  applyDelta(): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    if (transfer.applyDelta()) this.#context.requestTimer.start(0);
    else this.#finishFile(transfer);
  }

  #finishFile(transfer: Transfer): void {
    const { signal } = this.#context;
    if (!transfer.isLast) {
      transfer.saveNext();
      signal("CreateFile", transfer.job);
    } else if (this.#completion.complete(transfer)) {
      this.forget();
      signal("NoJob");
    }
  }

  /** Whether an image waits for its activation. */
  get isReady(): boolean {
    return this.#transfer?.isMade === true;
  }

  /** Makes the verified image the next one, and restarts. */
  activate(): void {
    if (this.#transfer !== undefined) this.#completion.activate(this.#transfer);
  }

  failJob(error: OtaError): void {
    const jobId = this.#job?.jobId;
    if (jobId !== undefined) this.#context.reporter.report(jobId, { kind: "failed", error });
    this.#abandon(error);
  }

  #abandon(error: OtaError): void {
    const { requestTimer, platforms, emit, signal } = this.#context;
    const job = this.jobInfo;
    requestTimer.stop();
    this.#transfer?.abort();
    bestEffort(() => platforms.settle("Rejected"));
    this.forget();
    emit({ type: "Fail", job, error });
    signal("RequestJobDocument");
  }

  /** What the job under way is, if there is one. */
  get jobInfo(): JobInfo | undefined {
    return this.#job === undefined ? undefined : jobInfo(this.#job);
  }

  /** Stops, and keeps what is on the flash: the same job goes on from there, or is given up. */
  pause(unsubscribe: boolean): void {
    this.#context.requestTimer.stop();
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    bestEffort(() => transfer.keep());
    transfer.supply.close(unsubscribe);
  }

  /** No job is under way any more. */
  forget(): void {
    this.#transfer = undefined;
    this.#job = undefined;
  }
}
Object.freeze(FileActions.prototype);
