// SPDX-License-Identifier: MIT
import type { Clock } from "xs-ota/pal/clock";
import { OtaError } from "xs-ota/pal/error";
import type { Journal } from "xs-ota/pal/journal";
import type { Pal } from "xs-ota/pal/pal";
import { BlockBitmap } from "../download/bitmap.js";
import type { BlockSource } from "../download/source.js";
import { Supply } from "../download/supply.js";
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
  readonly supply: Supply;
  readonly #options: TransferOptions;

  /**
   * Makes ready to receive the job's file: from nothing, or from what the journal says is on the flash.
   * @throws OtaError of Pal.createFile; "version-same", "version-older", "image-malformed" from a header that is there already.
   */
  constructor(
    options: TransferOptions,
    job: OtaJob,
    sources: readonly BlockSource[],
    saved: Progress | undefined,
  ) {
    const { config, pal, clock } = options;
    const file = job.files[0] as JobFile;
    this.#options = options;
    this.job = job;
    this.file = file;
    this.supply = new Supply(
      {
        clock,
        maxBlocks: config.maxNumBlocksRequest,
        maxMomentum: config.maxNumRequestMomentum,
        longestWaitMs: config.fileRequestWaitMs,
      },
      sources,
    );
    const resumed = saved !== undefined && this.#isOf(saved) ? saved.bitmap : undefined;
    this.bitmap = new BlockBitmap(file.size, 1 << config.log2FileBlockSize, resumed);
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

  /**
   * Stores a block.
   * @throws OtaError "block-malformed" when it is not of this file; of the first block, the failures of its header; "flash-failed".
   */
  receive({ blockIndex, bytes }: ReceivedBlock): BlockResult {
    const { pal, config } = this.#options;
    const { bitmap } = this;
    if (blockIndex >= bitmap.blockCount || bytes.length !== bitmap.lengthOf(blockIndex)) {
      throw new OtaError("block-malformed", `block ${blockIndex} has ${bytes.length} bytes`);
    }
    if (bitmap.has(blockIndex)) return "duplicate";
    if (blockIndex === 0) this.#checkHeader(bytes);
    pal.writeBlock(blockIndex * bitmap.blockSize, bytes);
    bitmap.receive(blockIndex);
    this.supply.onBlock();
    if (this.received % config.journalFrequency === 0) this.save("receiving");
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
    this.supply.close(true);
    this.#options.pal.closeFile();
  }

  /** Gives the file up; what the journal holds of it is forgotten. */
  abort(): void {
    this.supply.close(true);
    this.#options.pal.abort();
    this.#options.journal.save(new Uint8Array(0));
  }
}
Object.freeze(Transfer.prototype);
