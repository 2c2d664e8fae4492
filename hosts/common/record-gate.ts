// SPDX-License-Identifier: MIT

/** Bytes of a TLS record before its content; the last two are the content's length. Source: RFC 5246 6.2.1. */
const HEADER_SIZE = 5;

/** Says how many received bytes TLS may see next, so that it never has more than one record to work on. */
export class RecordGate {
  readonly #header = new Uint8Array(HEADER_SIZE);
  #headerCount = 0;
  /** Bytes to the end of the header, or of the content after it. */
  #missing = HEADER_SIZE;

  /** Bytes of `available` that belong to the record at hand. */
  share(available: number): number {
    return Math.min(available, this.#missing);
  }

  /** Takes note of bytes that were read: they are never more than `share` gave. */
  pass(bytes: Uint8Array): void {
    this.#missing -= bytes.length;
    if (this.#headerCount < HEADER_SIZE) {
      this.#header.set(bytes, this.#headerCount);
      this.#headerCount += bytes.length;
      if (this.#missing === 0) this.#missing = this.#contentLength();
    }
    if (this.#missing > 0) return;
    this.#headerCount = 0;
    this.#missing = HEADER_SIZE;
  }

  #contentLength(): number {
    return ((this.#header[3] ?? 0) << 8) | (this.#header[4] ?? 0);
  }
}
Object.freeze(RecordGate.prototype);
