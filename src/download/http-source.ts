// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { HttpClient, HttpRequest, HttpResponseHead } from "xs-ota/pal/http";
import type { JobFile } from "../job/document.js";
import type { BlockBitmap } from "./bitmap.js";
import { etagOf, judgeResponse, redirectOf } from "./http-response.js";
import type { BlockSink, BlockSource } from "./source.js";

/** Redirects followed in a row, where they are allowed. */
const MAX_HOPS = 4;

/** A request under way: the range it asked for, and the block that is being put together. */
interface Range {
  request?: HttpRequest;
  /** Offset in the file of the next byte of the body; `undefined` until the head says that it is usable. */
  next: number | undefined;
  /** Byte behind the last one wanted. */
  end: number;
  /** Whether the body is the whole file, whatever was asked for. */
  isWhole: boolean;
  /** Whether a block of it has come since blocks were asked for last. */
  isMoving: boolean;
}

/**
 * Blocks by HTTP ranges from a presigned URL, over one kept-alive connection: a whole gap in one request, except the very
 * first block, which is asked for alone so that it can be checked.
 * Source: RFC 9110 section 14; AWS IoT developer guide, "Presigned URLs".
 */
export class HttpSource implements BlockSource {
  readonly protocol = "HTTP";
  readonly #http: HttpClient;
  readonly #block: Uint8Array;
  readonly #allowRedirects: boolean;
  #file: JobFile | undefined;
  #sink: BlockSink | undefined;
  #range: Range | undefined;

  /** @param block where a block is put together, as long as a block */
  constructor(http: HttpClient, block: Uint8Array, allowRedirects = false) {
    this.#http = http;
    this.#block = block;
    this.#allowRedirects = allowRedirects;
  }

  open(file: JobFile, sink: BlockSink): void {
    this.#abandon();
    this.#file = file;
    this.#sink = sink;
  }

  renew(file: JobFile): void {
    if (this.#file !== undefined) this.#file = file;
  }

  request(bitmap: BlockBitmap, most: number, from: number): number {
    const file = this.#file;
    const first = bitmap.firstWanted(from);
    if (file?.url === undefined || first === undefined) return 0;
    const coming = this.#stillToCome(bitmap, first);
    if (coming > 0) return coming;
    this.#leave();
    const count = bitmap.runFrom(first, most === 1 ? 1 : bitmap.blockCount);
    const start = first * bitmap.blockSize;
    this.#get(file.url, start, Math.min(file.size, start + count * bitmap.blockSize));
    return count;
  }

  /**
   * How many wanted blocks a response with the whole file under way still brings, `first` among them: to ask such a server for
   * each would have it begin the file anew each time. 0 when there is none, and when no block came since this was asked last.
   */
  #stillToCome(bitmap: BlockBitmap, first: number): number {
    const range = this.#range;
    if (range?.next === undefined || !range.isWhole || !range.isMoving) return 0;
    range.isMoving = false;
    const next = Math.floor(range.next / bitmap.blockSize);
    return first < next ? 0 : bitmap.wantedIn(next, bitmap.blockCount, bitmap.blockCount);
  }

  /** @param hops redirects followed so far */
  #get(url: string, start: number, end: number, hops = 0): void {
    const range: Range = { next: undefined, end, isWhole: false, isMoving: false };
    this.#range = range;
    range.request = this.#http.get({
      url,
      headers: { range: `bytes=${start}-${end - 1}` },
      onHead: head => {
        if (this.#range !== range) return;
        const location = hops < this.#mostHops ? redirectOf(head, url) : undefined;
        if (location === undefined) this.#onHead(head, start, end);
        else this.#follow(location, start, end, hops + 1);
      },
      onBody: bytes => {
        if (this.#range === range) this.#onBody(bytes);
        else range.request?.close(); // there is more in it than was asked for
      },
      onDone: error => {
        if (this.#range === range) this.#onDone(error);
      },
    });
  }

  get #mostHops(): number {
    return this.#allowRedirects ? MAX_HOPS : 0;
  }

  #follow(location: string, start: number, end: number, hops: number): void {
    this.#abandon();
    this.#get(location, start, end, hops);
  }

  #onHead(head: HttpResponseHead, start: number, end: number): void {
    const range = this.#range;
    const file = this.#file;
    const sink = this.#sink;
    if (range === undefined || file === undefined || sink === undefined) return;
    const verdict = judgeResponse(head, { start, end, size: file.size, etag: sink.etag });
    if ("error" in verdict) this.#refuse(verdict.error, verdict.isFinal);
    else {
      sink.etag ??= etagOf(head);
      range.next = verdict.start;
      range.end = verdict.end;
      range.isWhole = head.status === 200;
    }
  }

  #refuse(error: OtaError, isFinal: boolean): void {
    this.#abandon();
    this.#sink?.onFault(error, isFinal);
  }

  /** Cuts the body into blocks; the last one of the file may be short. */
  #onBody(bytes: Uint8Array): void {
    const size = this.#block.length;
    for (let at = 0; at < bytes.length;) {
      const range = this.#range;
      if (range?.next === undefined) return;
      if (range.next >= range.end) {
        this.#refuse(new OtaError("http-failed", "the body is longer than the range"), false);
        return;
      }
      const filled = range.next % size;
      const length = Math.min(bytes.length - at, size - filled, range.end - range.next);
      this.#block.set(bytes.subarray(at, at + length), filled);
      at += length;
      range.next += length;
      this.#deliver(range.next, filled + length);
    }
  }

  /** @param next offset behind what is put together @param length bytes of it */
  #deliver(next: number, length: number): void {
    const size = this.#block.length;
    if (length < size && next !== this.#file?.size) return;
    if (this.#range !== undefined) this.#range.isMoving = true;
    this.#sink?.onBlock(Math.ceil(next / size) - 1, this.#block.subarray(0, length));
  }

  #onDone(error: OtaError | undefined): void {
    const range = this.#range;
    if (range === undefined) return;
    this.#range = undefined;
    if (error !== undefined) this.#sink?.onFault(error, false);
    else if (range.next !== range.end) {
      this.#sink?.onFault(new OtaError("http-failed", "the body is shorter than the range"), false);
    }
  }

  onMessage(): boolean {
    return false;
  }

  #abandon(): void {
    this.#range?.request?.close();
    this.#range = undefined;
  }

  /** Makes way for the next range. One that is complete comes to its end by itself, and the next one goes over its connection. */
  #leave(): void {
    if (this.#range?.next === this.#range?.end) this.#range = undefined;
    else this.#abandon();
  }

  close(): void {
    this.#abandon();
    this.#http.close();
    this.#file = undefined;
    this.#sink = undefined;
  }
}
Object.freeze(HttpSource.prototype);
