// SPDX-License-Identifier: MIT
// The globals of XS in a firmware. Source: Moddable SDK typings/xs.d.ts.

/**
 * The C function of this name. Its result is typed by the method around it, which is one call of
 * `native` and nothing else: the SDK's compiler then emits no JavaScript for it.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
declare function native(name: string): (this: unknown, ...args: any[]) => any;

/** The class whose objects have the C destructor of this name; to be cast to a constructor type. */
declare function Native(name: string): unknown;

/** Writes to the console; lines end with "\n". */
declare function trace(...items: readonly unknown[]): void;

declare const console: {
  debug(...items: readonly unknown[]): void;
  error(...items: readonly unknown[]): void;
  info(...items: readonly unknown[]): void;
  log(...items: readonly unknown[]): void;
  warn(...items: readonly unknown[]): void;
};
