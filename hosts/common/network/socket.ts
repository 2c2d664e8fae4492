// SPDX-License-Identifier: MIT

/**
 * What the clients here need of an ECMA-419 TCP (or TLS) socket. Counts are bytes.
 * Source: ECMA-419 "TCP socket", Moddable SDK modules/io/socket.
 */
export interface Socket {
  format: "number" | "buffer";
  /** Fills `into`, which is never longer than what is readable. */
  read(into: Uint8Array): unknown;
  /** @returns the bytes that can still be written; standard ECMA-419 sockets return nothing. */
  write(bytes: Uint8Array): unknown;
  close(): void;
}

export interface SocketOptions {
  readonly host: string;
  readonly address?: string;
  readonly port: number;
  readonly onReadable: (count: number) => void;
  readonly onWritable: (count: number) => void;
  readonly onError: (error?: unknown) => void;
}

export type SocketClass = new (options: SocketOptions) => Socket;

/** The `socket` option of a client: the class, and whatever else its constructor is to be given. */
export interface SocketSource {
  readonly io: SocketClass;
  readonly [option: string]: unknown;
}

/** A name to resolve. */
export interface DnsQuery {
  readonly host: string;
  onResolved(host: string, address: string): void;
  onError: (error?: unknown) => void;
}

/** The `dns` option of a client. Source: ECMA-419 "DNS resolver". */
export interface DnsSource {
  readonly io: new (options: DnsSource) => { resolve(query: DnsQuery): void };
  readonly [option: string]: unknown;
}

/** Where a client connects, and what it does there. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly socket: SocketSource;
  readonly dns: DnsSource | undefined;
  readonly onReadable: (count: number) => void;
  readonly onWritable: (count: number) => void;
  readonly onError: (error?: unknown) => void;
}

/**
 * Resolves the host's name where there is a resolver, then opens the socket and hands it to `onSocket`,
 * which may be during this call. Without a resolver the socket resolves the name itself.
 */
export function connect(options: ConnectOptions, onSocket: (socket: Socket) => void): void {
  const { host, port, socket: source, dns, onReadable, onWritable, onError } = options;
  const open = (address?: string): void => {
    const to = address === undefined ? { host, port } : { host, address, port };
    const socket = new source.io({ ...source, ...to, onReadable, onWritable, onError });
    socket.format = "buffer";
    onSocket(socket);
  };
  if (dns === undefined) {
    open();
    return;
  }
  new dns.io(dns).resolve({
    host,
    onResolved: (_, address) => {
      try {
        open(address);
      } catch (error) {
        onError(error);
      }
    },
    onError,
  });
}

/** A byte view of what an application gave: buffers and single-byte views only, as in ECMA-419. */
export function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(buffer)) return new Uint8Array(buffer);
  if (((buffer as Partial<Uint8Array>).BYTES_PER_ELEMENT ?? 1) > 1) {
    throw new TypeError("buffer: elements of one byte are needed");
  }
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** What an ECMA-419 `read` takes: how many bytes, or where to. */
export type ReadTarget = number | ArrayBuffer | ArrayBufferView;

export interface ReadResult {
  readonly count: number;
  /** What an ECMA-419 `read` gives back: a new buffer, or the bytes read into the caller's; `undefined` for nothing. */
  readonly value: number | ArrayBuffer | undefined;
}

/** Reads as much as `into` has room for, of the `available` bytes; all of them without `into`. */
export function readFrom(
  socket: Pick<Socket, "read"> | undefined,
  available: number,
  into: ReadTarget = available,
): ReadResult {
  const isCount = typeof into === "number";
  const count = Math.min(isCount ? into : into.byteLength, available);
  if (count <= 0) return { count: 0, value: undefined };
  const bytes = isCount ? new Uint8Array(count) : bytesOf(into).subarray(0, count);
  socket?.read(bytes);
  return { count, value: isCount ? (bytes.buffer as ArrayBuffer) : count };
}
