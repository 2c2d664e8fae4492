// SPDX-License-Identifier: MIT
import * as z from "zod";
import { CliError } from "./failure.js";
import { readJson } from "./files.js";
import { describeIssues } from "./profile.js";

/** A host's flash.json: where its partitions are, in bytes. Source: docs/flash-format.md, "Partitions". */
const flashMap = z.object({
  blockSize: z.int().positive(),
  writeSize: z.int().positive(),
  erasedByte: z.int().min(0).max(255),
  partitions: z.array(
    z.object({ name: z.string(), offset: z.int().nonnegative(), size: z.int().positive() }),
  ),
});

export type FlashMap = z.infer<typeof flashMap>;
export type FlashMapPartition = FlashMap["partitions"][number];

/** @throws CliError "input" naming the field. */
export function readFlashMap(path: string): FlashMap {
  const parsed = flashMap.safeParse(readJson(path, "the flash map"));
  if (parsed.success) return parsed.data;
  throw new CliError("input", `the flash map ${path}: ${describeIssues(parsed.error)}`);
}

/** Bytes of the whole flash. */
export function flashSize({ partitions }: FlashMap): number {
  return Math.max(0, ...partitions.map(({ offset, size }) => offset + size));
}

/** @throws CliError "input" when the map has none of that name. */
export function findPartition({ partitions }: FlashMap, name: string): FlashMapPartition {
  const found = partitions.find(partition => partition.name === name);
  if (found !== undefined) return found;
  throw new CliError("input", `the flash map has no partition "${name}"`);
}
