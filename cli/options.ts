// SPDX-License-Identifier: MIT
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { formatImageVersion, parseImageVersion } from "xs-ota/image/version";
import { OtaError } from "xs-ota/pal/error";
import { endpointUrl } from "./profile.js";

/** A whole number from `first` to `last`, for commander's options. */
export function wholeNumber(first: number, last: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= first && value <= last) return value;
    throw new InvalidArgumentError(`It is a whole number from ${first} to ${last}.`);
  };
}

/** The name of a thing, for commander's options. Source: AWS IoT API reference, CreateThing. */
export function thingName(text: string): string {
  if (/^[a-zA-Z0-9:_-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError("It is 1 to 128 letters, digits, :, _ and -.");
}

/** The version of an image, for commander's options. */
export function imageVersion(text: string): string {
  try {
    return formatImageVersion(parseImageVersion(text));
  } catch (error) {
    if (!(error instanceof OtaError)) throw error;
    throw new InvalidArgumentError("It is like 1.2.3 or 1.2.3+4: 0..255, 0..255, 0..65535.");
  }
}

/** A host and a port, for commander's options. */
export function hostPort(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65535) {
    return { host, port: Number(port) };
  }
  throw new InvalidArgumentError("It is host:port, as in 192.168.1.2:8883.");
}

/** The URL of a desk cloud, for commander's options. */
export function deskEndpoint(text: string): string {
  const { success, error } = endpointUrl.safeParse(text);
  if (success) return text;
  throw new InvalidArgumentError(error.issues.map(({ message }) => message).join(" "));
}
