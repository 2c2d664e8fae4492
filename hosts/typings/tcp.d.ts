// SPDX-License-Identifier: MIT
// Source: ECMA-419 "TCP socket"; Moddable SDK typings/embedded_io/socket/tcp.d.ts.

declare module "embedded:io/socket/tcp" {
  type ByteBuffer = ArrayBuffer | ArrayBufferView;

  export interface TcpOptions {
    /** An IPv4 address; wins over `host`. */
    readonly address?: string;
    /** An IPv4 address or a name. */
    readonly host?: string;
    readonly port: number;
    readonly nodelay?: boolean;
    readonly format?: "number" | "buffer";
    readonly target?: unknown;
    /** `count` bytes wait to be read; called when more have come. */
    onReadable?(this: TCP, count: number): void;
    /** `count` bytes may be written; called once connected, and when there is more room. */
    onWritable?(this: TCP, count: number): void;
    /** The connection failed, or the peer closed it. */
    onError?(this: TCP): void;
  }

  export default class TCP {
    constructor(options: TcpOptions);
    format: "number" | "buffer";
    readonly target: unknown;
    readonly remoteAddress: string | undefined;
    readonly remotePort: number | undefined;
    /** With a number, at most so many bytes; with a buffer, the count that it was given. `undefined`: none wait. */
    read(byteLength?: number): ArrayBuffer | number | undefined;
    read(buffer: ByteBuffer): number | undefined;
    /** @returns the bytes that may still be written. @throws when longer than that. */
    write(value: ByteBuffer | number): number;
    close(): void;
  }
}
