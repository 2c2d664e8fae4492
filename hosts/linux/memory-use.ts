// SPDX-License-Identifier: MIT

/** What the device uses of its memory once the garbage is collected, in bytes. */
export interface MemoryUse {
  readonly slots: number;
  readonly chunks: number;
  /** The C heap: XS's memory, sockets, TLS, crypto. */
  readonly heap: number;
}

// prettier-ignore
const natives = Object.freeze({
  collect(): void { native("xs_otamemory_collect").call(this); },
  slots(): number { return native("xs_otamemory_slots").call(this); },
  chunks(): number { return native("xs_otamemory_chunks").call(this); },
  heap(): number { return native("xs_otamemory_heap").call(this); },
});

export function readMemoryUse(): MemoryUse {
  natives.collect();
  return { slots: natives.slots(), chunks: natives.chunks(), heap: natives.heap() };
}
