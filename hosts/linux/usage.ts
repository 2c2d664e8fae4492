// SPDX-License-Identifier: MIT

/** What the device uses of its memory, in bytes. */
export interface Usage {
  readonly slots: number;
  readonly chunks: number;
  /** The C heap: XS's memory, sockets, TLS, crypto. */
  readonly heap: number;
}

/** In the order in which usage.c gives them. */
const names = Object.freeze([
  "slots",
  "chunks",
  "heap",
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
