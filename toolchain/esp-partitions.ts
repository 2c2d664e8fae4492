// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import type { FlashMapPartition } from "xs-ota/common/flash-map";
import { BuildError } from "./build-error.js";

/*
 * ESP-IDF's partition tables, as CSV: label, type, subtype, offset, size, flags.
 * Source: ESP-IDF programming guide v6.0, "Partition Tables"; components/partition_table/gen_esp32part.py.
 */

/** A partition of an ESP32. */
export interface EspPartition extends FlashMapPartition {
  /** "app", "data", or a number as it was written. */
  readonly type: string;
  readonly subtype: string;
}

/** Where partitions may begin: after the table, 4 KiB at 0x8000. */
const FIRST_OFFSET = 0x9000;
/** Bytes that an offset is a multiple of: for code, what the MMU maps. */
const alignments: Readonly<Record<string, number>> = Object.freeze({ app: 0x10000 });
const SECTOR = 0x1000;

const alignmentOf = (type: string): number => alignments[type] ?? SECTOR;

const units: Readonly<Record<string, number>> = Object.freeze({ "": 1, k: 1024, m: 1024 * 1024 });

/** A number as the tables have it: decimal or hexadecimal, with K or M for what it counts; NaN for any other text. */
function parseNumber(text: string): number {
  const [, digits, unit = ""] = /^(0x[\da-f]+|\d+)([km]?)$/i.exec(text) ?? [];
  return Number(digits) * (units[unit.toLowerCase()] ?? 1);
}

/** One row; an offset that is left out is the next that is free. */
function parseRow(row: string, end: number): EspPartition {
  const fields = row.split(",").map(field => field.trim());
  const [name = "", type = "", subtype = "", at = "", bytes = ""] = fields;
  const alignment = alignmentOf(type);
  const offset = at === "" ? Math.ceil(end / alignment) * alignment : parseNumber(at);
  return { name, type, subtype, offset, size: parseNumber(bytes) };
}

/** What is wrong with a row; `undefined` when nothing is. */
function faultOf({ name, type, offset, size }: EspPartition, end: number): string | undefined {
  if (name === "" || !(offset >= 0 && size > 0)) return "is not name,type,subtype,offset,size";
  if (offset % alignmentOf(type) !== 0) return `"${name}" begins in the midst of a block`;
  if (size % SECTOR !== 0) return `"${name}" ends in the midst of a block of ${SECTOR} bytes`;
  if (offset < end) return `"${name}" overlaps what is before it, which ends at ${end}`;
  return undefined;
}

/** Reads and checks a partition table. @throws BuildError naming the line at fault. */
export function readPartitionTable(file: string): readonly EspPartition[] {
  const partitions: EspPartition[] = [];
  let end = FIRST_OFFSET;
  for (const [i, line] of readFileSync(file, "utf8").split(/\r?\n/).entries()) {
    const row = line.replace(/#.*/, "").trim();
    if (row === "") continue;
    const partition = parseRow(row, end);
    const fault = faultOf(partition, end);
    if (fault !== undefined) throw BuildError.at(file, i + 1, fault);
    partitions.push(Object.freeze(partition));
    end = partition.offset + partition.size;
  }
  if (partitions.length === 0) throw BuildError.at(file, 0, "has no partitions");
  return partitions;
}
