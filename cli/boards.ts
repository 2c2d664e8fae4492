// SPDX-License-Identifier: MIT
import { fileURLToPath } from "node:url";

/** Where the package is: this file runs from build/node/cli. */
export const packageRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** A machine that `xs-ota device` can run. Paths are from the package's root. */
export interface Board {
  readonly flashMap: string;
  readonly executable: string;
  /** The target of `make` that builds the executable. */
  readonly makeTarget: string;
}

/** The machines that need npm and Debian only. */
export const boards = Object.freeze({
  linux: {
    flashMap: "hosts/linux/flash.json",
    executable: "build/linux/xs-ota-linux",
    makeTarget: "linux",
  },
}) satisfies Readonly<Record<string, Board>>;

export type BoardName = keyof typeof boards;
