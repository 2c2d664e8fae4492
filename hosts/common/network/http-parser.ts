// SPDX-License-Identifier: MIT
import { consistsOf, parseDigits } from "xs-ota/job/characters";
import { isFieldText, isFieldValue, isToken } from "./http-syntax.js";

/** Bytes of a response's head, or of what follows the last chunk. */
export const MAX_HEAD_LENGTH = 8192;
const MAX_CHUNK_LINE_LENGTH = 256;
/** Interim responses (1xx) before the final one. */
const MAX_INTERIM = 4;

const CR = 13;
const LF = 10;

export interface HttpHead {
  readonly type: "head";
  readonly status: number;
  readonly statusText: string;
  /** By lower-case name; repeated ones joined by ", ". */
  readonly headers: Map<string, string>;
}

/** The next `byteLength` bytes of the stream are body; Infinity: all until it closes. */
export interface HttpBody {
  readonly type: "body";
  readonly byteLength: number;
}

/** The response is complete. */
export interface HttpEnd {
  readonly type: "end";
  /** Whether the connection can carry another request. */
  readonly keepAlive: boolean;
}

export type HttpEvent = HttpHead | HttpBody | HttpEnd;

type Step = "head" | "framing" | "chunkLine" | "chunk" | "chunkEnd" | "trailer" | "ended";

/** How a body ends. Source: RFC 9112 6.3. */
type Framing = "none" | "chunked" | "close" | number;

/**
 * Reads one response, in any pieces, as far as its next body bytes, with memory for one head only.
 * Stricter than most: what two readers could understand differently is refused. Once it has thrown, it is done.
 * Source: RFC 9112.
 */
export class HttpParser {
  readonly #method: string;
  readonly #line: number[] = [];
  readonly #space = new Uint8Array(4);
  #step: Step = "head";
  #read = 0;
  #interim = 0;
  #framing: Framing = "none";
  #keepAlive = true;

  constructor(method: string) {
    this.#method = method;
  }

  /** Where the next bytes of the stream go: as many as there are, at most all of it; never empty. */
  get space(): Uint8Array {
    return this.#space.subarray(0, this.#terminatorLength - this.#matched());
  }

  /**
   * Takes the first `count` bytes of {@link HttpParser.space}.
   * @returns what they complete, if anything. After a head or a body's last byte, call {@link HttpParser.next}.
   * @throws Error for what is no response to the request.
   */
  accept(count: number): HttpEvent | undefined {
    for (const byte of this.#space.subarray(0, count)) this.#line.push(byte);
    this.#read += count;
    const isLine = this.#step === "chunkLine" || this.#step === "chunkEnd";
    need(this.#read <= (isLine ? MAX_CHUNK_LINE_LENGTH : MAX_HEAD_LENGTH), "too long a head");
    return this.#matched() < this.#terminatorLength ? undefined : this.#complete();
  }

  /** What comes after a head, or after the bytes of a body have been read. @returns `undefined` when bytes must tell. */
  next(): HttpEvent | undefined {
    if (this.#step === "framing") return this.#begin();
    if (this.#step !== "chunk") return this.#end();
    this.#expect("chunkEnd");
    return undefined;
  }

  #begin(): HttpEvent | undefined {
    const framing = this.#framing;
    if (framing === "chunked") {
      this.#expect("chunkLine");
      return undefined;
    }
    this.#step = "ended";
    if (framing === "none" || framing === 0) return this.#end();
    return { type: "body", byteLength: framing === "close" ? Infinity : framing };
  }

  /** Whether the stream may close now, which is then the end of the body. */
  get endsWithStream(): boolean {
    return this.#framing === "close" && this.#step === "ended";
  }

  get #terminatorLength(): number {
    return this.#step === "head" || this.#step === "trailer" ? 4 : 2;
  }

  /** Bytes of CR LF CR LF, or of CR LF, that the line ends with. */
  #matched(): number {
    const line = this.#line;
    for (let length = this.#terminatorLength; length > 0; length--) {
      const start = line.length - length;
      if (start < 0) continue;
      const isMatch = line.slice(start).every((byte, at) => byte === (at % 2 === 0 ? CR : LF));
      if (isMatch) return length;
    }
    return 0;
  }

  #complete(): HttpEvent | undefined {
    const text = String.fromCharCode(...this.#line.slice(0, -this.#terminatorLength));
    const step = this.#step;
    this.#expect("ended");
    if (step === "head") return this.#parseHead(text);
    if (step === "chunkLine") return this.#parseChunkLine(text);
    if (step === "trailer") return this.#end();
    need(text === "", "more than its length in a chunk");
    this.#expect("chunkLine");
    return undefined;
  }

  #expect(step: Step): void {
    this.#step = step;
    this.#read = 0;
    this.#line.length = 0;
  }

  #end(): HttpEnd {
    return { type: "end", keepAlive: this.#keepAlive };
  }

  #parseHead(text: string): HttpEvent | undefined {
    const [statusLine = "", ...lines] = text.split("\r\n");
    const { minor, status, statusText } = parseStatus(statusLine);
    const headers = parseHeaders(lines);
    if (status < 200) {
      this.#interim++;
      need(status !== 101 && this.#interim <= MAX_INTERIM, `status ${status}`);
      this.#expect("head");
      return undefined;
    }
    const isClosing = optionsOf(headers.get("connection")).includes("close");
    this.#framing = framingOf(this.#method, status, headers);
    this.#keepAlive = minor === 1 && !isClosing && this.#framing !== "close";
    this.#step = "framing";
    return { type: "head", status, statusText, headers };
  }

  #parseChunkLine(text: string): HttpBody | undefined {
    const byteLength = parseChunkSize(text);
    if (byteLength > 0) {
      this.#step = "chunk";
      return { type: "body", byteLength };
    }
    this.#expect("trailer");
    // The line break behind the size is the first half of what ends the trailer.
    this.#line.push(CR, LF);
    return undefined;
  }
}
Object.freeze(HttpParser.prototype);

function parseStatus(line: string): { minor: number; status: number; statusText: string } {
  const minor = ["HTTP/1.0 ", "HTTP/1.1 "].indexOf(line.slice(0, 9));
  const status = parseDigits(line.slice(9, 12), 3) ?? 0;
  const rest = line.slice(12);
  const isRight = minor >= 0 && status >= 100 && (rest === "" || rest.startsWith(" "));
  need(isRight && isFieldText(rest), "no status line of HTTP/1");
  return { minor, status, statusText: rest.slice(1) };
}

/** The line before a chunk; what extensions say is of no concern. Source: RFC 9112 7.1. */
function parseChunkSize(line: string): number {
  const [size = ""] = line.split(";");
  const digits = size.trimEnd();
  const isRight = digits.length <= 8 && consistsOf(digits, "0123456789abcdefABCDEF");
  need(isRight && isFieldValue(line), "no chunk size");
  return parseInt(digits, 16);
}

/** Source: RFC 9110 7.6.1. */
const optionsOf = (connection = ""): readonly string[] =>
  connection.split(",").map(option => option.trim().toLowerCase());

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1);
    const key = line.slice(0, Math.max(0, colon)).toLowerCase();
    need(isToken(key) && isFieldText(value), "a malformed header");
    const before = headers.get(key);
    need(before === undefined || key !== "content-length", "two lengths");
    headers.set(key, before === undefined ? value.trim() : `${before}, ${value.trim()}`);
  }
  return headers;
}

function framingOf(method: string, status: number, headers: Map<string, string>): Framing {
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  needOne(coding, length);
  if (method === "HEAD" || status === 204 || status === 304) return "none";
  if (coding !== undefined) return "chunked";
  return length === undefined ? "close" : Number(length);
}

/** What two readers of a response could take for different lengths is refused. Source: RFC 9112 6.3, 11.2. */
function needOne(coding: string | undefined, length: string | undefined): void {
  need(coding === undefined || length === undefined, "a length and a transfer coding");
  need(length === undefined || parseDigits(length, 15) !== undefined, "a malformed length");
  need(coding === undefined || coding.toLowerCase() === "chunked", "an unknown transfer coding");
}

function need(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(`http: the server sent ${otherwise}`);
}
