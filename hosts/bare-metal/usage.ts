// SPDX-License-Identifier: MIT

/** What the firmware uses of its RAM, in bytes, and of its time. Peaks are since the start. */
export interface Usage {
  readonly slots: number;
  readonly slotsPeak: number;
  /** What XS has taken of the C heap for slots. */
  readonly slotsTaken: number;
  readonly chunks: number;
  readonly chunksPeak: number;
  readonly chunksTaken: number;
  /** XS's own stack. */
  readonly stackPeak: number;
  readonly stackSize: number;
  /** The C heap: XS's memory, sockets, crypto. It never shrinks. */
  readonly heap: number;
  readonly heapPeak: number;
  readonly heapSize: number;
  readonly cStackPeak: number;
  readonly cStackSize: number;
  /** Memory of the C code's variables. */
  readonly statics: number;
  /** Since the start, without what it slept. */
  readonly busyMicroseconds: number;
}

/** In the order in which usage.c gives them. */
const names = Object.freeze([
  "slots",
  "slotsPeak",
  "slotsTaken",
  "chunks",
  "chunksPeak",
  "chunksTaken",
  "stackPeak",
  "stackSize",
  "heap",
  "heapPeak",
  "heapSize",
  "cStackPeak",
  "cStackSize",
  "statics",
  "busyMicroseconds",
] as const) satisfies readonly (keyof Usage)[];

// prettier-ignore
const natives = Object.freeze({
  read(index: number): number { return native("xs_otausage_read").call(this, index); },
  collect(): void { native("xs_otausage_collect").call(this); },
});

/** As of now; with what the garbage collector has not yet taken back, unless `collected`. */
export function readUsage(collected = false): Usage {
  if (collected) natives.collect();
  const entries = names.map((name, index) => [name, natives.read(index)] as const);
  return Object.fromEntries(entries) as unknown as Usage;
}
