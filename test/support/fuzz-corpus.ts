// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bytesOf } from "./hex.js";

/** An input that once meant something, and what its parser says of it. */
export interface Kept {
  readonly verdict: "taken" | "refused";
  readonly bytes: Uint8Array;
}

const folder = fileURLToPath(new URL("../../../../test/fuzz/corpus/typescript/", import.meta.url));

/** The file of a parser: in each line "taken" or "refused", and an input in hexadecimal. */
export const corpusFile = (parser: string): string => `${folder}${parser.replaceAll(" ", "-")}.txt`;

/** The inputs that are kept for a parser: one for each way to take or to refuse one, and each that it once failed on. */
export function readCorpus(parser: string): readonly Kept[] {
  const file = corpusFile(parser);
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map(line => {
      const [verdict, hex = ""] = line.split(" ");
      assert.ok(verdict === "taken" || verdict === "refused", `${file}: ${line}`);
      return { verdict, bytes: bytesOf(hex) };
    });
}
