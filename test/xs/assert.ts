// SPDX-License-Identifier: MIT
import { deepEqual } from "./deep-equal.js";

/*
 * The part of `node:assert/strict` that our suites use, for XS.
 * Source: Node.js documentation, assert.
 */

type Message = string | Error | undefined;
type Block = () => unknown;
type Expected = RegExp | object | ((error: unknown) => boolean) | (new (...a: never[]) => Error);

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}
Object.freeze(AssertionError.prototype);

/** JSON.stringify's replacer, for what JSON does not have. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Map || value instanceof Set) return [...value] as unknown[];
  return value;
}

/** A value for a message: short, and different for most different values. */
function show(value: unknown): string {
  if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`;
  const isView = ArrayBuffer.isView(value);
  const bytes = isView && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const text = bytes ? `[${bytes.join(" ")}]` : JSON.stringify(value, plain);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function fail(message: Message, otherwise = "failed"): never {
  if (message instanceof Error) throw message;
  throw new AssertionError(message === undefined ? otherwise : `${message} (${otherwise})`);
}

function check(holds: boolean, message: Message, otherwise: () => string): void {
  if (!holds) fail(message, otherwise());
}

const isClass = (expected: object): boolean =>
  expected === Error || Object.prototype.isPrototypeOf.call(Error, expected);

function matchesFields(error: unknown, expected: object): boolean {
  const actual = error as Readonly<Record<string, unknown>>;
  return Object.entries(expected).every(([key, value]) =>
    value instanceof RegExp && typeof actual[key] === "string"
      ? value.test(actual[key])
      : deepEqual(actual[key], value),
  );
}

function matchesError(error: unknown, expected: Expected): boolean {
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected !== "function") return matchesFields(error, expected);
  if (isClass(expected)) return error instanceof expected;
  return (expected as (error: unknown) => boolean)(error);
}

function checkError(
  error: unknown,
  expected: Expected | string | undefined,
  message: Message,
): void {
  if (expected === undefined || typeof expected === "string") return;
  check(matchesError(error, expected), message, () => `wrong error: ${show(error)}`);
}

interface Assert {
  ok(value: unknown, message?: Message): asserts value;
  equal(a: unknown, b: unknown, message?: Message): void;
  notEqual(a: unknown, b: unknown, message?: Message): void;
  deepEqual(a: unknown, b: unknown, message?: Message): void;
  notDeepEqual(a: unknown, b: unknown, message?: Message): void;
  match(text: string, pattern: RegExp, message?: Message): void;
  doesNotMatch(text: string, pattern: RegExp, message?: Message): void;
  fail(message?: Message): never;
  throws(block: Block, expected?: Expected | string, message?: Message): void;
  doesNotThrow(block: Block): void;
  rejects(
    block: Promise<unknown> | Block,
    expected?: Expected | string,
    message?: Message,
  ): Promise<void>;
}

/** As `assert.strict`. */
// prettier-ignore
const assert: Assert = Object.freeze({
  ok(value: unknown, message?: Message): void { check(Boolean(value), message, () => `${show(value)} is not truthy`); },
  equal(a: unknown, b: unknown, message?: Message): void { check(Object.is(a, b), message, () => `${show(a)} !== ${show(b)}`); },
  notEqual(a: unknown, b: unknown, message?: Message): void { check(!Object.is(a, b), message, () => `${show(a)} twice`); },
  deepEqual(a: unknown, b: unknown, message?: Message): void { check(deepEqual(a, b), message, () => `${show(a)} is not ${show(b)}`); },
  notDeepEqual(a: unknown, b: unknown, message?: Message): void { check(!deepEqual(a, b), message, () => `${show(a)} twice`); },
  match(text: string, pattern: RegExp, message?: Message): void { check(pattern.test(text), message, () => `${show(text)} does not match ${String(pattern)}`); },
  doesNotMatch(text: string, pattern: RegExp, message?: Message): void { check(!pattern.test(text), message, () => `${show(text)} matches ${String(pattern)}`); },
  fail(message?: Message): never { return fail(message); },
  throws(block: Block, expected?: Expected | string, message?: Message): void {
    try {
      block();
    } catch (error) {
      checkError(error, expected, message);
      return;
    }
    fail(message ?? (typeof expected === "string" ? expected : undefined), "nothing was thrown");
  },
  doesNotThrow(block: Block): void { block(); },
  async rejects(block: Promise<unknown> | Block, expected?: Expected | string, message?: Message): Promise<void> {
    try {
      await (typeof block === "function" ? block() : block);
    } catch (error) {
      checkError(error, expected, message);
      return;
    }
    fail(message ?? (typeof expected === "string" ? expected : undefined), "nothing was rejected");
  },
});

export default assert;
