// SPDX-License-Identifier: MIT

/** A mistake in what is being built, told in one message: `file:line: what is wrong; what to do`. */
export class BuildError extends Error {
  override readonly name = "BuildError";

  /** @param line counts from 1; 0 when the whole file is meant. */
  static at(file: string, line: number, message: string): BuildError {
    return new BuildError(line > 0 ? `${file}:${line}: ${message}` : `${file}: ${message}`);
  }
}

/** A program that a build needs is not there. */
export class MissingToolError extends BuildError {}
