// SPDX-License-Identifier: MIT

/*
 * Deep equality as `assert.deepStrictEqual` has it, for the kinds of values that our suites compare.
 * Source: Node.js documentation, assert, "Comparison details".
 */

type Compare = (a: unknown, b: unknown) => boolean;
type Fields = Readonly<Record<PropertyKey, unknown>>;

const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameMaps(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, value]) => b.has(key) && deepEqual(value, b.get(key)));
}

function sameSets(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(item => b.has(item) || [...b].some(other => deepEqual(item, other)));
}

const sameErrors = (a: Error, b: Error): boolean => a.name === b.name && a.message === b.message;

function sameFields(a: Fields, b: Fields): boolean {
  const keys = Reflect.ownKeys(a).filter(key => Object.prototype.propertyIsEnumerable.call(a, key));
  const others = Reflect.ownKeys(b).filter(key =>
    Object.prototype.propertyIsEnumerable.call(b, key),
  );
  if (keys.length !== others.length) return false;
  return keys.every(key => others.includes(key) && deepEqual(a[key], b[key]));
}

/** First match wins; what is equal by its kind must have equal fields as well, but for bytes. */
const kinds: readonly (readonly [(value: unknown) => boolean, Compare])[] = Object.freeze([
  [
    value => value instanceof Map,
    (a, b) => sameMaps(a as Map<never, never>, b as Map<never, never>),
  ],
  [value => value instanceof Set, (a, b) => sameSets(a as Set<never>, b as Set<never>)],
  [value => value instanceof Date, (a, b) => Number(a) === Number(b)],
  [value => value instanceof RegExp, (a, b) => String(a) === String(b)],
  [value => value instanceof Error, (a, b) => sameErrors(a as Error, b as Error)],
]);

function sameObjects(a: object, b: object): boolean {
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (ArrayBuffer.isView(a)) return sameBytes(bytesOf(a), bytesOf(b as ArrayBufferView));
  if (a instanceof ArrayBuffer) {
    return sameBytes(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
  }
  const kind = kinds.find(([is]) => is(a));
  return (kind?.[1](a, b) ?? true) && sameFields(a as Fields, b as Fields);
}

/** Strict deep equality. Values that hold themselves are not supported. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  return sameObjects(a, b);
}
