// SPDX-License-Identifier: MIT
import { z } from "zod";

/** What can go wrong with a message on its way. */
export const faultKinds = Object.freeze([
  "drop",
  "delay",
  "repeat",
  "reorder",
  "truncate",
  "corrupt",
  "throttle",
  "disconnect",
  "expire",
] as const);

export type FaultKind = (typeof faultKinds)[number];

const rule = z.strictObject({
  kind: z.enum(faultKinds),
  /** Things that it is for; "*" stands for any text. */
  thing: z.string().default("*"),
  /** Topics that it is for, without "$aws/things/<thing>/"; "*" stands for any text. */
  topic: z.string().default("*"),
  /** Which way the message goes; both unless told. */
  direction: z.enum(["to-cloud", "to-device"]).optional(),
  /** How likely it is for each message, 0..1. */
  probability: z.number().min(0).max(1).default(1),
  /** How often at most it happens to one thing. */
  times: z.int().min(1).optional(),
  /** For "delay". */
  delayMs: z.int().min(1).max(600_000).default(1000),
});

/**
 * Faults on demand. The same plan does the same to the same messages of one thing, whatever other
 * things do meanwhile. The first rule that strikes is the only one.
 */
export const faultPlan = z.strictObject({
  seed: z.int().default(1),
  rules: z.array(rule),
});

export type FaultRule = z.infer<typeof rule>;
export type FaultPlan = z.input<typeof faultPlan>;

/** A message between a thing and the cloud. */
export interface Passage {
  readonly direction: "to-cloud" | "to-device";
  readonly thing: string;
  /** Without "$aws/things/<thing>/". */
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** What happens to a message: it arrives, perhaps changed and later; it is refused; or the line is cut. */
export type Outcome =
  | { readonly kind: "deliver"; readonly passage: Passage; readonly delayMs: number }
  | { readonly kind: "refuse"; readonly passage: Passage }
  | { readonly kind: "disconnect"; readonly thing: string };

/** One rule at one thing. */
interface Strike {
  readonly random: () => number;
  struck: number;
  /** The message that waits for the next one, for "reorder". */
  held: Passage | undefined;
}

type Effect = (passage: Passage, rule: FaultRule, strike: Strike) => readonly Outcome[];

const deliver = (passage: Passage, delayMs = 0): Outcome => ({ kind: "deliver", passage, delayMs });
const change = (passage: Passage, payload: Uint8Array): Outcome => deliver({ ...passage, payload });

const effects: Readonly<Record<Exclude<FaultKind, "expire">, Effect>> = Object.freeze({
  drop: () => [],
  delay: (passage, { delayMs }) => [deliver(passage, delayMs)],
  repeat: passage => [deliver(passage), deliver(passage)],
  reorder(passage, _rule, strike) {
    strike.held = passage;
    return [];
  },
  truncate: (passage, _rule, { random }) => {
    const { payload } = passage;
    return [change(passage, payload.subarray(0, Math.floor(random() * payload.length)))];
  },
  corrupt: (passage, _rule, { random }) => {
    const payload = passage.payload.slice();
    const at = Math.floor(random() * payload.length);
    if (at < payload.length) payload[at] = (payload[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    return [change(passage, payload)];
  },
  throttle: passage => (passage.direction === "to-cloud" ? [{ kind: "refuse", passage }] : []),
  disconnect: ({ thing }) => [{ kind: "disconnect", thing }],
});

/** Does to messages what a plan says. */
export class Faults {
  readonly #seed: number;
  readonly #rules: readonly FaultRule[];
  readonly #strikes = new Map<string, Strike>();

  /** @throws ZodError that names the field at fault. */
  constructor(plan: FaultPlan = { rules: [] }) {
    const { seed, rules } = faultPlan.parse(plan);
    this.#seed = seed;
    this.#rules = rules;
  }

  /** What happens to a message. A message held back by "reorder" comes out after this one. */
  pass(passage: Passage): readonly Outcome[] {
    const held = this.#release(passage);
    for (const [index, rule] of this.#rules.entries()) {
      if (rule.kind === "expire" || !isMeant(rule, passage)) continue;
      const strike = this.#strikes.get(`${index} ${passage.thing}`) ?? this.#begin(index, passage);
      if (!strikes(rule, strike)) continue;
      return [...effects[rule.kind](passage, rule, strike), ...held];
    }
    return [deliver(passage), ...held];
  }

  /** Whether the URLs that a thing gets now shall be expired. */
  expires(thing: string): boolean {
    const passage = { direction: "to-device", thing, topic: "", payload: nothing } as const;
    return this.#rules.some((rule, index) => {
      if (rule.kind !== "expire" || !wildcard(rule.thing).test(thing)) return false;
      return strikes(rule, this.#strikes.get(`${index} ${thing}`) ?? this.#begin(index, passage));
    });
  }

  /** How often each kind has struck, all things together; the kinds that have not are left out. */
  get struck(): Readonly<Partial<Record<FaultKind, number>>> {
    const counts: Partial<Record<FaultKind, number>> = {};
    for (const [key, { struck }] of this.#strikes) {
      const kind = this.#rules[parseInt(key)]?.kind;
      if (kind !== undefined && struck > 0) counts[kind] = (counts[kind] ?? 0) + struck;
    }
    return counts;
  }

  #begin(index: number, { thing }: Passage): Strike {
    const random = generator(hash(`${this.#seed} ${index} ${thing}`));
    const strike: Strike = { random, struck: 0, held: undefined };
    this.#strikes.set(`${index} ${thing}`, strike);
    return strike;
  }

  #release({ thing, direction }: Passage): Outcome[] {
    const released: Outcome[] = [];
    for (const index of this.#rules.keys()) {
      const strike = this.#strikes.get(`${index} ${thing}`);
      if (strike?.held?.direction !== direction) continue;
      released.push(deliver(strike.held));
      strike.held = undefined;
    }
    return released;
  }
}

const nothing = new Uint8Array();

function isMeant(rule: FaultRule, { thing, topic, direction }: Passage): boolean {
  const isDirection = rule.direction === undefined || rule.direction === direction;
  return isDirection && wildcard(rule.thing).test(thing) && wildcard(rule.topic).test(topic);
}

function strikes({ probability, times = Infinity }: FaultRule, strike: Strike): boolean {
  if (strike.struck >= times || strike.random() >= probability) return false;
  strike.struck++;
  return true;
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/[.+^${}()|[\]\\?]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${source}$`, "s");
}

/** FNV-1a. Source: RFC 9923. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Mulberry32 by Tommy Ettinger: the same numbers, 0..1, for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
