// SPDX-License-Identifier: MIT
import type { Clock } from "xs-ota/pal/clock";
import { OtaError } from "xs-ota/pal/error";
import type { JobFile } from "../job/document.js";
import type { BlockBitmap } from "./bitmap.js";
import { isExpired } from "./expiry.js";
import type { BlockSink, BlockSource } from "./source.js";
import { RequestWindow } from "./window.js";

/** Refusals in a row that a source may give before the next one is tried. */
const MAX_REFUSALS = 4;

/** How much a supply asks for, and how long it waits. */
export interface SupplyOptions {
  readonly clock: Clock;
  /** Most blocks asked for at once. */
  readonly maxBlocks: number;
  /** Requests in a row without any use before the supply is given up. */
  readonly maxMomentum: number;
  /** Milliseconds to wait for a block when nothing is known of the network's pace. */
  readonly longestWaitMs: number;
}

/** Where the blocks of one file come from: its sources, how much is asked of them, and when that is in vain. */
export class Supply {
  readonly #options: SupplyOptions;
  readonly #sources: readonly BlockSource[];
  readonly #window: RequestWindow;
  /** Index of the source in use. */
  #current = 0;
  /** The source that is open. When opening fails, the next request tries again. */
  #opened: BlockSource | undefined;
  /** Requests in a row that brought nothing; a refusal counts as several. */
  #momentum = 0;
  /** What went wrong last, for the operator. */
  #lastFault: OtaError | undefined;

  /** @param sources at least one, in order of preference */
  constructor(options: SupplyOptions, sources: readonly BlockSource[]) {
    this.#options = options;
    this.#sources = sources;
    this.#window = new RequestWindow(options.maxBlocks, options.longestWaitMs);
  }

  get #source(): BlockSource {
    return this.#sources[this.#current] as BlockSource;
  }

  /** Whether all that was asked for has come. */
  get isDrained(): boolean {
    return this.#window.isDrained;
  }

  /** How long to wait for the next block. */
  get waitMs(): number {
    return this.#window.waitMs;
  }

  /** Opens, or opens again, the way that the blocks come. A network that is not there is only a fault. */
  open(file: JobFile, sink: BlockSink): void {
    this.#try(() => this.#open(file, sink));
  }

  #open(file: JobFile, sink: BlockSink): void {
    this.#opened = undefined;
    this.#source.open(file, sink);
    this.#opened = this.#source;
  }

  /** Takes a later document of the same job. @returns whether it was what the supply waited for. */
  renew(file: JobFile): boolean {
    this.#source.renew(file);
    const fault = this.#lastFault;
    return this.isDrained && fault !== undefined && isExpired(fault);
  }

  /**
   * Asks for the next blocks, the first of them at or behind `from`. When this source was asked in vain too often, the
   * next one is asked.
   * @throws OtaError "download-stalled" when there is no other.
   */
  request(bitmap: BlockBitmap, from: number, file: JobFile, sink: BlockSink): void {
    if (this.#momentum >= this.#options.maxMomentum) this.#change(bitmap, file, sink);
    this.#momentum++;
    this.#try(() => {
      if (this.#opened !== this.#source) this.#open(file, sink);
      const asked = this.#source.request(bitmap, this.#window.size, from);
      this.#window.onRequested(asked, this.#options.clock.now());
    });
  }

  #change({ blockCount, remaining }: BlockBitmap, file: JobFile, sink: BlockSink): void {
    if (this.#current + 1 === this.#sources.length) {
      const why = this.#lastFault?.message ?? "no answer";
      const received = blockCount - remaining;
      const what = `${received} of ${blockCount} blocks, then requests in vain: ${why}`;
      throw new OtaError("download-stalled", what);
    }
    this.close(true);
    this.#current++;
    this.#momentum = 0;
    this.open(file, sink);
  }

  /** Runs what the network may refuse: the request timer will see that nothing came. */
  #try(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
      this.#lastFault = error;
    }
  }

  onMessage(topic: string, payload: Uint8Array): boolean {
    return this.#source.onMessage(topic, payload);
  }

  /** A wanted block came. */
  onBlock(): void {
    this.#momentum = 0;
    this.#window.onBlock(this.#options.clock.now());
  }

  /** What came was of no use; unless it was only one damaged block, nothing of what was asked for will come. */
  onFault(error: OtaError, isFinal: boolean): void {
    this.#lastFault = error;
    if (error.code === "block-malformed") return;
    this.#window.onLoss();
    if (isFinal || isExpired(error)) {
      this.#momentum += Math.ceil(this.#options.maxMomentum / MAX_REFUSALS);
    }
  }

  /** What was asked for has not come in time. */
  onLoss(): void {
    this.#window.onLoss();
  }

  /** The network is back: silence until now was not the cloud's. */
  onConnected(): void {
    this.#momentum = 0;
  }

  /** Ends it; a network that refuses stands in nobody's way. */
  close(unsubscribe: boolean): void {
    this.#try(() => this.#source.close(unsubscribe));
  }
}
Object.freeze(Supply.prototype);
