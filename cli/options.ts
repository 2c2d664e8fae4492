// SPDX-License-Identifier: MIT
import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A whole number from `first` to `last`, for commander's options. */
export function wholeNumber(first: number, last: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= first && value <= last) return value;
    throw new InvalidArgumentError(`It is a whole number from ${first} to ${last}.`);
  };
}

export const atLeastOne = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** A host and a port, for commander's options. */
export function hostPort(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65535) {
    return { host, port: Number(port) };
  }
  throw new InvalidArgumentError("It is host:port, as in 192.168.1.2:8883.");
}
