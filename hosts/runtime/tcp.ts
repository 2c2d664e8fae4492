// SPDX-License-Identifier: MIT
// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- under mcconfig the name leads to this very file
/// <reference path="../typings/tcp.d.ts" />
import type { TcpOptions } from "embedded:io/socket/tcp";

/** The module `embedded:io/socket/tcp`. Source: ECMA-419 "TCP socket"; Moddable SDK modules/io/socket/lin. */
// prettier-ignore
export default class TCP extends (Native("xs_tcp_destructor") as new () => object) {
  constructor(options: TcpOptions) { super(); native("xs_tcp").call(this, options); }
  close(): void { native("xs_tcp_close").call(this); }
  read(what?: number | ArrayBuffer | ArrayBufferView): never { return native("xs_tcp_read").call(this, what) as never; }
  write(value: number | ArrayBuffer | ArrayBufferView): number { return native("xs_tcp_write").call(this, value); }
  get remoteAddress(): string | undefined { return native("xs_tcp_get_remoteAddress").call(this); }
  get remotePort(): number | undefined { return native("xs_tcp_get_remotePort").call(this); }
  get format(): "number" | "buffer" { return native("xs_tcp_get_format").call(this); }
  set format(format: "number" | "buffer") { native("xs_tcp_set_format").call(this, format); }
}
Object.freeze(TCP.prototype);
