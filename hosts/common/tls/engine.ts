// SPDX-License-Identifier: MIT

/** What a step of the engine came to. In the order of OtaTlsOutcome, session.h. */
export const outcomes = Object.freeze([
  "hungry",
  "full",
  "opened",
  "readable",
  "ended",
  "failed",
] as const);
export type TlsOutcome = (typeof outcomes)[number];

/** Bytes of ciphertext that the engine takes or gives at once: OTA_TLS_CHUNK_SIZE, session.h. */
export const CHUNK_SIZE = 512;

/**
 * The client's end of a TLS 1.2 connection, without input and output: it is fed the server's bytes, and gives those for
 * the server. Options come first, then `open`, then steps. After `close` every call throws.
 */
// prettier-ignore
export class TlsEngine extends (Native("xs_otatls_destructor") as new () => object) {
  constructor() { super(); native("xs_otatls").call(this); }
  /** Options; each @throws Error for what does not parse. Buffers hold DER, and are copied. */
  trust(root: ArrayBuffer): void { native("xs_otatls_trust").call(this, root); }
  addCertificate(certificate: ArrayBuffer): void { native("xs_otatls_addCertificate").call(this, certificate); }
  setKey(pkcs8: ArrayBuffer): void { native("xs_otatls_setKey").call(this, pkcs8); }
  setServer(name: string): void { native("xs_otatls_setServer").call(this, name); }
  setProtocol(name: string): void { native("xs_otatls_setProtocol").call(this, name); }
  /** @throws Error when options are missing, do not fit each other, or memory is out. */
  open(): void { native("xs_otatls_open").call(this); }
  /** Goes on with the handshake; later, decrypts the next record when nothing waits to be read. @returns an index of `outcomes`. */
  step(): number { return native("xs_otatls_step").call(this); }
  /** Why it failed. */
  get problem(): string { return native("xs_otatls_get_problem").call(this); }
  /** Takes at most CHUNK_SIZE bytes from the server. @throws Error unless it has used up what it was fed before. */
  feed(bytes: Uint8Array): void { native("xs_otatls_feed").call(this, bytes); }
  /** Fills `into` with bytes for the server. @returns how many. */
  give(into: Uint8Array): number { return native("xs_otatls_give").call(this, into); }
  /** Decrypted bytes that wait. */
  get readable(): number { return native("xs_otatls_get_readable").call(this); }
  read(into: Uint8Array): number { return native("xs_otatls_read").call(this, into); }
  /** Encrypts one record. @returns bytes taken; 0: to be called again with the same, once what it gives is taken. */
  write(bytes: Uint8Array): number { return native("xs_otatls_write").call(this, bytes); }
  /** Bytes that one record holds, and what it adds to them. */
  get recordSize(): number { return native("xs_otatls_get_recordSize").call(this); }
  get recordOverhead(): number { return native("xs_otatls_get_recordOverhead").call(this); }
  /** Whether the server asked for a certificate, and has been answered. */
  get isJudged(): boolean { return native("xs_otatls_get_isJudged").call(this); }
  /** Tells the server that no more comes. */
  end(): void { native("xs_otatls_end").call(this); }
  close(): void { native("xs_otatls_close").call(this); }
}
Object.freeze(TlsEngine.prototype);
