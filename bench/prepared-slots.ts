// SPDX-License-Identifier: MIT

/** Bytes of a prepared machine by what they are for. */
export interface PreparedKinds {
  /** Instance, code and home of each function; builtins as well. */
  readonly functions: number;
  /** What functions hold of the variables around them, and these variables. */
  readonly closures: number;
  readonly names: number;
  readonly modules: number;
  /** Objects, and the properties of all. */
  readonly objects: number;
  /** Bytecode and texts of modules, behind the chunks. */
  readonly code: number;
  /** Of names; and the machine itself. */
  readonly tables: number;
}

/*
 * A slot on 32-bit boards: next, kind (1 byte), flag (1), id (2), value (8). Source: XS 13.3, xsAll.h, txSlot and its kinds.
 * The header before them: hosts/bare-metal/prepared.h; the first slot of a heap says where it ends.
 */
const SLOT = 16;
const HEADER = 16;
const kind = Object.freeze({
  undefined: 0,
  null: 1,
  closure: 11,
  instance: 13,
  callback: 18,
  codeX: 20,
  module: 28,
  home: 42,
  keyX: 44,
  export: 52,
});

class Slots {
  readonly #bytes: Buffer;
  readonly #base: number;
  readonly end: number;
  readonly machine: number;

  constructor(prepared: Buffer) {
    this.#bytes = prepared;
    this.#base = prepared.readUInt32LE(4);
    this.end = prepared.readUInt32LE(HEADER + 8) - this.#base;
    this.machine = prepared.readUInt32LE(12) - this.#base;
  }

  kind(at: number): number {
    return this.#bytes[at + 4] ?? 0;
  }

  /** Whether it is one of the two slots before the variables that a function holds. */
  isEnvironment(at: number): boolean {
    const second = this.kind(at) === kind.null ? (this.next(at) ?? at) : at;
    return (
      this.kind(second) === kind.undefined && this.#bytes.readUInt16LE(second + 6) === ENVIRONMENT
    );
  }

  value(at: number): number {
    return this.#bytes.readUInt32LE(at + 8) - this.#base;
  }

  /** The slot behind one in its list; `undefined` at the end. */
  next(at: number): number | undefined {
    const next = this.#bytes.readUInt32LE(at);
    return next === 0 ? undefined : next - this.#base;
  }
}

type Part = Exclude<keyof PreparedKinds, "code" | "tables">;

/** What slots before and at the beginning of a function's variables are. Source: xsAll.h, XS_ENVIRONMENT_BEHAVIOR. */
const ENVIRONMENT = 4;

/** What an instance is, by the slot behind it. */
const instances: ReadonlyMap<number, Part> = new Map([
  [kind.codeX, "functions"],
  [kind.callback, "functions"],
  [kind.module, "modules"],
  [kind.export, "modules"],
]);

/** What slots of a kind are, wherever they are. */
const others: ReadonlyMap<number, Part> = new Map([
  [kind.codeX, "functions"],
  [kind.callback, "functions"],
  [kind.home, "functions"],
  [kind.closure, "closures"],
  [kind.keyX, "names"],
  [kind.module, "modules"],
  [kind.export, "modules"],
]);

function partOf(slots: Slots, at: number): Part {
  if (slots.isEnvironment(at)) return "closures";
  const next = slots.next(at);
  const isInstance = slots.kind(at) === kind.instance && next !== undefined;
  const parts = isInstance ? instances : others;
  return parts.get(slots.kind(isInstance ? next : at)) ?? "objects";
}

/** @param prepared as it is in an image, from its header */
export function preparedKinds(prepared: Buffer): PreparedKinds {
  const slots = new Slots(prepared);
  const sums = { functions: 0, closures: 0, names: 0, modules: 0, objects: 0 };
  const variables = new Set<number>();
  for (let at = HEADER + SLOT; at + SLOT <= slots.end; at += SLOT) {
    if (slots.kind(at) === kind.closure) variables.add(slots.value(at));
    sums[partOf(slots, at)] += SLOT;
  }
  sums.closures += variables.size * SLOT;
  sums.objects -= variables.size * SLOT;
  return { ...sums, code: slots.machine - slots.end, tables: prepared.length - slots.machine };
}
