// SPDX-License-Identifier: MIT
import type { ImageDemands } from "xs-ota/pal/boot";
import { isSameBytes } from "xs-ota/pal/bytes";
import type { Clock } from "xs-ota/pal/clock";
import { OtaError } from "xs-ota/pal/error";
import type { Pal } from "xs-ota/pal/pal";
import { BlockBitmap, bitmapLength } from "../download/bitmap.js";
import type { Memory } from "../download/memory.js";
import type { BlockSink, BlockSource } from "../download/source.js";
import { Supply, type SupplyOptions } from "../download/supply.js";
import { isSameFile, type JobFile, type OtaJob } from "../job/document.js";
import type { AppVersion } from "../job/version.js";
import { Admission } from "./admission.js";
import { bestEffort } from "./best-effort.js";
import type { OtaConfig } from "./config.js";
import type { Platforms } from "./platforms.js";
import { identityOf, IMAGE_LENGTH, type Phase, type Progress } from "./progress.js";
import type { ReceivedBlock } from "./table.js";
import type { UpdateRecord } from "./update-record.js";

/** What a transfer works with. */
export interface TransferOptions {
  readonly memory: Memory;
  readonly platforms: Platforms;
  readonly record: UpdateRecord;
  readonly clock: Clock;
  readonly config: OtaConfig;
  /** Version that runs. */
  readonly version: AppVersion;
  readonly demands: ImageDemands | undefined;
}

/** What became of a block. */
export type BlockResult = "stored" | "duplicate";

/** Whether a job brings firmware, so that it ends by a restart. */
export function hasFirmware({ files }: OtaJob, platforms: Platforms): boolean {
  return files.some(({ fileType }) => platforms.isFirmware(fileType));
}

/** Phases in which a transfer goes on where it was. */
const goesOn: readonly Phase[] = Object.freeze(["receiving", "switching"]);

/** What the journal knows of a job that is to be gone on with. */
function progressOf(job: OtaJob, saved: Progress | undefined): Progress | undefined {
  if (saved?.jobId !== job.jobId || !goesOn.includes(saved.phase)) return undefined;
  return saved.fileIndex < job.files.length ? saved : undefined;
}

/** @throws OtaError "memory-exhausted" for a text longer than the application has room for. */
function admitTexts(memory: Memory, { streamName }: OtaJob, file: JobFile): void {
  memory.admit("updateFilePath", file.path);
  memory.admit("certFilePath", file.certificateName);
  memory.admit("streamName", streamName);
  memory.admit("url", file.url);
  memory.admit("authScheme", file.authScheme);
}

/**
 * A document may give any size: what counts the blocks must fit the journal before memory is asked for it.
 * @throws OtaError "image-too-large".
 */
function admitSizes({ record, config }: TransferOptions, { jobId, files }: OtaJob): void {
  const blockSize = 1 << config.log2FileBlockSize;
  for (const { size } of files) record.admit(jobId, size, bitmapLength(size, blockSize));
}

function supplyOptions({ clock, config }: TransferOptions): SupplyOptions {
  return {
    clock,
    maxBlocks: config.maxNumBlocksRequest,
    maxMomentum: config.maxNumRequestMomentum,
    longestWaitMs: config.fileRequestWaitMs,
  };
}

/** One file on its way from the cloud to the flash, with what the journal must know of it. */
export class Transfer {
  readonly job: OtaJob;
  /** Index in the job's files. */
  readonly index: number;
  readonly file: JobFile;
  readonly bitmap: BlockBitmap;
  readonly supply: Supply;
  /** Whether blocks of it were on the flash before the last reset. */
  readonly isResumed: boolean;
  /** As HTTP tells it, once it has. */
  etag: string | undefined;
  /** A whole image is made when it is verified, a delta when it is applied too. */
  #stage: "receiving" | "verified" | "made" = "receiving";
  /** As the journal has it. */
  #phase: Phase = "receiving";
  readonly #options: TransferOptions;
  readonly #pal: Pal;
  readonly #admission: Admission | undefined;

  /**
   * Makes ready to receive a file of the job: from nothing, or from what the journal says is on the flash.
   * @throws OtaError of Pal.createFile; "memory-exhausted", "file-type-unsupported"; "image-too-large" for more blocks than the
   *   journal can keep count of, in any file of the job; of a header that is there already, as Admission.checkHeader.
   */
  constructor(options: TransferOptions, job: OtaJob, sources: readonly BlockSource[]) {
    const { config, platforms, record } = options;
    const progress = progressOf(job, record.progress);
    const index = progress?.fileIndex ?? 0;
    const file = job.files[index] as JobFile;
    admitTexts(options.memory, job, file);
    admitSizes(options, job);
    this.#options = options;
    this.job = job;
    this.index = index;
    this.file = file;
    this.#pal = platforms.of(file.fileType);
    this.supply = new Supply(supplyOptions(options), sources);
    this.#admission = this.isFirmware ? this.#makeAdmission() : undefined;
    const resumed = this.#resumable(progress);
    this.bitmap = new BlockBitmap(
      file.size,
      1 << config.log2FileBlockSize,
      resumed?.bitmap,
      options.memory,
    );
    this.etag = resumed?.etag;
    this.isResumed = this.received > 0;
    if (resumed === undefined) this.save("receiving");
    this.#createFile();
  }

  #createFile(): void {
    const { remaining } = this.bitmap;
    this.#pal.createFile({ ...this.file, isDelta: this.isDelta }, this.bitmap);
    if (this.bitmap.remaining > remaining) this.save("receiving"); // before what was taken back is erased
    if (this.bitmap.has(0)) this.#admission?.readHeader();
  }

  #makeAdmission(): Admission {
    const { config, version, demands } = this.#options;
    const oldest = config.allowDowngrade ? undefined : version;
    const { size } = this.file;
    const { isDelta } = this;
    return new Admission({ pal: this.#pal, fileSize: size, isDelta, oldest, demands });
  }

  /**
   * Asks for the next blocks; first for those that tell whether the device would start the image.
   * @throws OtaError "download-stalled".
   */
  request(sink: BlockSink): void {
    const from = this.#admission?.wantedFirst(this.bitmap) ?? 0;
    this.supply.request(this.bitmap, from, this.file, sink);
  }

  /** @returns the record when it is of this file, so that its blocks are on the flash. */
  #resumable(progress: Progress | undefined): Progress | undefined {
    const isSame =
      progress !== undefined &&
      progress.bitmap.length > 0 &&
      progress.size === this.file.size &&
      progress.log2BlockSize === this.#options.config.log2FileBlockSize &&
      isSameBytes(progress.identity, identityOf(this.file.signature));
    return isSame ? progress : undefined;
  }

  get isFirmware(): boolean {
    return this.#options.platforms.isFirmware(this.file.fileType);
  }

  /** Whether what the job is about is there and verified. */
  get isMade(): boolean {
    return this.#stage === "made";
  }

  /** Whether the file is a delta, to be applied when it is verified. */
  get isDelta(): boolean {
    return this.#options.platforms.isDelta(this.file.fileType);
  }

  get received(): number {
    return this.bitmap.blockCount - this.bitmap.remaining;
  }

  /** Writes where the update is to the journal. @throws OtaError "flash-failed", "image-too-large". */
  save(phase: Phase): void {
    const { platforms } = this.#options;
    const hasImage = phase !== "receiving" && hasFirmware(this.job, platforms);
    const image = hasImage ? platforms.firmware.identify("spare") : undefined;
    this.#save(phase, this.index, this.bitmap.bits, { image, etag: this.etag });
    this.#phase = phase;
  }

  /** Keeps what is received for the next start, unless the switch has begun, which the journal must not forget. */
  keep(): void {
    if (this.#phase === "receiving") this.save("receiving");
  }

  /** Has the journal go on with the next file, of which nothing is there. @throws OtaError "flash-failed". */
  saveNext(): void {
    this.#saveNothingOf(this.index + 1);
  }

  /** Has the journal begin this file anew, for it is another one, or not what was signed. @throws OtaError "flash-failed". */
  saveClean(): void {
    this.supply.close(true);
    this.#saveNothingOf(this.index);
  }

  #saveNothingOf(fileIndex: number): void {
    this.#save("receiving", fileIndex, new Uint8Array(0), {});
  }

  #save(
    phase: Phase,
    fileIndex: number,
    bitmap: Uint8Array,
    { image, etag }: { image?: Uint8Array | undefined; etag?: string | undefined },
  ): void {
    const { config, version, record } = this.#options;
    const { size, fileType, signature } = this.job.files[fileIndex] as JobFile;
    record.save({
      phase,
      jobId: this.job.jobId,
      fileIndex,
      log2BlockSize: config.log2FileBlockSize,
      fileType,
      previous: version,
      size,
      identity: identityOf(signature),
      image: image ?? new Uint8Array(IMAGE_LENGTH),
      note: "",
      etag,
      bitmap,
    });
  }

  /**
   * Stores a block.
   * @throws OtaError "block-malformed" when it is not of this file; of the first block, the failures of its header; "flash-failed".
   */
  receive({ blockIndex, bytes }: ReceivedBlock): BlockResult {
    const { config } = this.#options;
    const { bitmap } = this;
    if (blockIndex >= bitmap.blockCount || bytes.length !== bitmap.lengthOf(blockIndex)) {
      throw new OtaError("block-malformed", `block ${blockIndex} has ${bytes.length} bytes`);
    }
    if (bitmap.has(blockIndex)) return "duplicate";
    if (blockIndex === 0) this.#admission?.checkHeader(bytes);
    this.#pal.writeBlock(blockIndex * bitmap.blockSize, bytes);
    bitmap.receive(blockIndex);
    this.#admission?.checkTrailer(bitmap);
    this.supply.onBlock();
    if (this.received % config.journalFrequency === 0) this.save("receiving");
    return "stored";
  }

  /**
   * The same file in a later document of the same job.
   * @returns `undefined` when `job` is another one.
   * @throws OtaError "memory-exhausted".
   */
  sameFileOf(job: OtaJob): JobFile | undefined {
    const file = job.files[this.index];
    const isSame =
      job.jobId === this.job.jobId && file !== undefined && isSameFile(file, this.file);
    if (!isSame) return undefined;
    admitTexts(this.#options.memory, job, file);
    return file;
  }

  /** Whether it is the last file of its job. */
  get isLast(): boolean {
    return this.index + 1 === this.job.files.length;
  }

  /** Ends the transfer and verifies the file. @throws OtaError of Pal.closeFile. */
  finish(): void {
    this.supply.close(true);
    this.#pal.closeFile();
    this.#stage = this.isDelta ? "verified" : "made";
  }

  /**
   * Makes the next piece of the image from a delta that is verified; of a whole image, checks what a bootloader would ask.
   * @returns whether there is more to do.
   * @throws OtaError of Pal.applyDelta; of the image's header and TLVs.
   */
  applyDelta(): boolean {
    if (this.#pal.applyDelta?.() === true) return true;
    this.#admission?.checkMade();
    this.#stage = "made";
    return false;
  }

  /** Gives the file up; what the journal holds of it is forgotten. */
  abort(): void {
    this.supply.close(true);
    bestEffort(() => this.#pal.abort());
    bestEffort(() => this.#options.record.forget());
  }
}
Object.freeze(Transfer.prototype);
