// SPDX-License-Identifier: MIT

/** What test/support/bootloader.ts uses of it; TypeScript's own typings come only with those of a browser. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  type ModuleImports = Record<string, (...values: number[]) => number | void>;
  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>);
    readonly exports: object;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
}
