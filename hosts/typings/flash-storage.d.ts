// SPDX-License-Identifier: MIT
// Source: ECMA-419 "Flash storage"; Moddable SDK typings/embedded/storage/flash.d.ts.

declare module "embedded:storage/flash" {
  type ByteBuffer = ArrayBuffer | ArrayBufferView;

  export interface FlashStatus {
    readonly size: number;
    readonly blockLength: number;
    readonly blocks: number;
    readonly writeAlign: number;
    readonly eraseValue: number;
  }

  export interface Flash {
    readonly format: "buffer";
    close(): void;
    /** Erases blocks `first` to `end`, without the latter; one block without `end`. */
    eraseBlock(first: number, end?: number): void;
    read(byteLength: number, byteOffset: number): ArrayBuffer;
    /** Fills the buffer. @returns its length in bytes. */
    read(buffer: ByteBuffer, byteOffset: number): number;
    write(buffer: ByteBuffer, byteOffset: number): void;
    status(): FlashStatus;
  }

  const storage: {
    /** `path` is the partition's name. @throws when there is none. */
    open(options: { readonly path: string; readonly mode?: "r" | "r+" }): Flash;
    /** The names of all partitions. */
    [Symbol.iterator](): IterableIterator<string>;
  };
  export default storage;
}
