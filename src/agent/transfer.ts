// SPDX-License-Identifier: MIT
import type { Clock } from "xs-ota/pal/clock";
import { OtaError } from "xs-ota/pal/error";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { BlockBitmap } from "../download/bitmap.js";
import type { BlockSink, BlockSource } from "../download/source.js";
import { RequestWindow } from "../download/window.js";
import { readImageInfo } from "../image/info.js";
import type { JobFile, OtaJob } from "../job/document.js";
import { type AppVersion, checkVersion } from "../job/version.js";
import type { OtaConfig } from "./config.js";
import {
  formatProgress,
  identityOf,
  IMAGE_LENGTH,
  isSameBytes,
  type Phase,
  type Progress,
} from "./progress.js";
import type { ReceivedBlock } from "./table.js";

export interface TransferOptions {
  readonly pal: Pal;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly config: OtaConfig;
  /** Version that runs. */
  readonly version: AppVersion;
}

/** What became of a block. */
export type BlockResult = "stored" | "duplicate";

/** One file on its way from the cloud to the flash, with what the journal must know of it. */
export class Transfer {
  readonly job: OtaJob;
  readonly file: JobFile;
  readonly bitmap: BlockBitmap;
  readonly window: RequestWindow;
  readonly #options: TransferOptions;
  #source: BlockSource;
  /** Requests in a row that brought nothing. */
  #momentum = 0;
  /** What went wrong last, for the operator. */
  #lastFault: OtaError | undefined;

  /**
   * Makes ready to receive the job's file: from nothing, or from what the journal says is on the flash.
   * @throws OtaError of Pal.createFile; "version-same", "version-older", "image-malformed" from a header that is there already.
   */
  constructor(
    options: TransferOptions,
    job: OtaJob,
    source: BlockSource,
    saved: Progress | undefined,
  ) {
    const { config, pal } = options;
    const file = job.files[0] as JobFile;
    this.#options = options;
    this.#source = source;
    this.job = job;
    this.file = file;
    const resumed = saved !== undefined && this.#isOf(saved) ? saved.bitmap : undefined;
    this.bitmap = new BlockBitmap(file.size, 1 << config.log2FileBlockSize, resumed);
    this.window = new RequestWindow(config.maxNumBlocksRequest, config.fileRequestWaitMs);
    if (resumed === undefined) this.save("receiving");
    const { remaining } = this.bitmap;
    pal.createFile(file, this.bitmap);
    if (this.bitmap.remaining > remaining) this.save("receiving"); // before what was taken back is erased
    if (this.bitmap.has(0)) this.#checkFirstBlock();
  }

  /** Whether a record is of this file, so that its blocks are on the flash. */
  #isOf({ phase, jobId, size, identity, log2BlockSize }: Progress): boolean {
    return (
      (phase === "receiving" || phase === "switching") &&
      jobId === this.job.jobId &&
      size === this.file.size &&
      log2BlockSize === this.#options.config.log2FileBlockSize &&
      isSameBytes(identity, identityOf(this.file.signature))
    );
  }

  get isFirmware(): boolean {
    return this.file.fileType === this.#options.config.firmwareFileType;
  }

  get received(): number {
    return this.bitmap.blockCount - this.bitmap.remaining;
  }

  /** Writes where the update is to the journal. @throws OtaError "flash-failed". */
  save(phase: Phase, note = ""): void {
    const { config, version, pal, journal } = this.#options;
    const image = phase === "receiving" ? undefined : pal.identify("spare");
    journal.save(
      formatProgress({
        phase,
        jobId: this.job.jobId,
        fileIndex: 0,
        log2BlockSize: config.log2FileBlockSize,
        previous: version,
        size: this.file.size,
        identity: identityOf(this.file.signature),
        image: image ?? new Uint8Array(IMAGE_LENGTH),
        note,
        bitmap: this.bitmap.bits,
      }),
    );
  }

  /** Opens, or opens again, the way that the blocks come. A network that is not there is only a fault. */
  open(sink: BlockSink): void {
    this.#network(() => {
      this.#source.open(this.file, sink);
    });
  }

  /** Goes on by another source, for instance one with a fresh URL. */
  replaceSource(source: BlockSource, sink: BlockSink): void {
    this.#source.close(false);
    this.#source = source;
    this.open(sink);
  }

  /**
   * Asks for the next blocks.
   * @throws OtaError "download-stalled" when too many requests in a row brought nothing.
   */
  request(): void {
    const { config, clock } = this.#options;
    if (this.#momentum >= config.maxNumRequestMomentum) throw this.#stalled();
    this.#momentum++;
    this.#network(() => {
      const asked = this.#source.request(this.bitmap, this.window.size);
      this.window.onRequested(asked, clock.now());
    });
  }

  #stalled(): OtaError {
    const why = this.#lastFault === undefined ? "no answer" : this.#lastFault.message;
    return new OtaError(
      "download-stalled",
      `${this.received} of ${this.bitmap.blockCount} blocks after ${this.#momentum} requests in vain: ${why}`,
    );
  }

  /** Runs what the network may refuse: the request timer will see that nothing came. */
  #network(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
      this.#lastFault = error;
    }
  }

  /** Something came that was of no use. */
  onFault(error: OtaError): void {
    this.#lastFault = error;
  }

  /** The network is back: silence until now was not the cloud's. */
  onConnected(): void {
    this.#momentum = 0;
  }

  onMessage(topic: string, payload: Uint8Array): boolean {
    return this.#source.onMessage(topic, payload);
  }

  /**
   * Stores a block.
   * @throws OtaError "block-malformed" when it is not of this file; of the first block, the failures of its header; "flash-failed".
   */
  receive({ blockIndex, bytes }: ReceivedBlock): BlockResult {
    const { pal, clock } = this.#options;
    const { bitmap } = this;
    if (blockIndex >= bitmap.blockCount || bytes.length !== bitmap.lengthOf(blockIndex)) {
      throw new OtaError("block-malformed", `block ${blockIndex} has ${bytes.length} bytes`);
    }
    if (bitmap.has(blockIndex)) return "duplicate";
    if (blockIndex === 0) this.#checkHeader(bytes);
    pal.writeBlock(blockIndex * bitmap.blockSize, bytes);
    bitmap.receive(blockIndex);
    this.window.onBlock(clock.now());
    this.#momentum = 0;
    if (this.received % this.#options.config.journalFrequency === 0) this.save("receiving");
    return "stored";
  }

  #checkFirstBlock(): void {
    const bytes = new Uint8Array(this.bitmap.lengthOf(0));
    this.#options.pal.readBlock(0, bytes);
    this.#checkHeader(bytes);
  }

  /** Refuses an image that this device would not start, before the rest of it is asked for. */
  #checkHeader(bytes: Uint8Array): void {
    const { config, version } = this.#options;
    if (!this.isFirmware) return;
    const info = readImageInfo(bytes, this.file.size);
    if (!config.allowDowngrade) checkVersion(info.version, version);
  }

  /** Ends the transfer and verifies the file. @throws OtaError of Pal.closeFile. */
  finish(): void {
    this.#source.close(true);
    this.#options.pal.closeFile();
  }

  /** Gives the file up; what the journal holds of it is forgotten. */
  abort(): void {
    this.pause(true);
    this.#options.pal.abort();
    this.#options.journal.save(new Uint8Array(0));
  }

  /** Stops asking, and keeps what is there for later. */
  pause(unsubscribe: boolean): void {
    this.#source.close(unsubscribe);
  }
}
Object.freeze(Transfer.prototype);
