// SPDX-License-Identifier: MIT

/** What `xs-ota` exits with, by kind of failure. Scripts may rely on these numbers: docs/cli.md. */
export const exitCodes = Object.freeze({
  /** The update, or what was inspected, ended badly: a job FAILED, an image is not valid. */
  unsuccessful: 1,
  /** An argument or an option is wrong. */
  usage: 2,
  /** A file that was named is missing, malformed, or would be overwritten. */
  input: 3,
  /** The cloud refused, or cannot be reached. */
  cloud: 4,
  /** A tool that is needed is not installed, or did not run. */
  tool: 5,
  /** A defect of xs-ota. */
  internal: 70,
  /** Ctrl-C. */
  interrupted: 130,
});

export type FailureKind = keyof typeof exitCodes;

/** A failure that the user can do something about: what is wrong and where, and what to do. */
export class CliError extends Error {
  readonly kind: FailureKind;
  /** One sentence in the imperative; `undefined` when the message says it all. */
  readonly remedy: string | undefined;

  constructor(kind: FailureKind, message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.remedy = remedy;
  }
}

/** How OpenSSL's errors begin; their words name nothing that a user knows. */
const OPENSSL = /^error:[0-9A-F]{8}:/;

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return OPENSSL.test(message) ? "it does not parse" : message;
}
