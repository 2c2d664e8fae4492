// SPDX-License-Identifier: MIT
/*
 * The module `embedded:storage/flash` of our own hosts; on ESP32 the SDK has one.
 * Source: ECMA-419 "Flash storage"; Moddable SDK modules/io/flash/esp32.
 */

export interface FlashStatus {
  readonly size: number;
  readonly blockLength: number;
  readonly blocks: number;
  readonly writeAlign: number;
  readonly eraseValue: number;
}

interface OpenOptions {
  readonly path: string;
  readonly mode?: "r" | "r+";
}

// prettier-ignore
export class Flash extends (Native("xs_flashstorage_destructor") as new () => object) {
  constructor(path: string, mode: string | undefined) { super(); native("xs_flashstorage").call(this, path, mode); }
  get format(): "buffer" { return "buffer"; }
  close(): void { native("xs_flashstorage_close").call(this); }
  eraseBlock(first: number, end?: number): void { native("xs_flashstorage_eraseBlock").call(this, first, end); }
  read(what: unknown, byteOffset: number): never { return native("xs_flashstorage_read").call(this, what, byteOffset) as never; }
  write(buffer: ArrayBuffer | ArrayBufferView, byteOffset: number): void { native("xs_flashstorage_write").call(this, buffer, byteOffset); }
  status(): FlashStatus { return native("xs_flashstorage_status").call(this); }
}
Object.freeze(Flash.prototype);

// prettier-ignore
const partitionNames = (): readonly string[] => native("xs_flashstorage_names").call(undefined);

export default Object.freeze({
  open: ({ path, mode }: OpenOptions): Flash => new Flash(path, mode),
  [Symbol.iterator]: (): IterableIterator<string> => partitionNames().values(),
});
