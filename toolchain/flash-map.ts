// SPDX-License-Identifier: MIT
import { flashSize, type FlashMap } from "xs-ota/common/flash-map";
import { readJson, type JsonSource } from "./json-source.js";
import { BuildError } from "./build-error.js";
import { writeIfChanged } from "./output.js";

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

function checkNumbers(source: JsonSource, map: FlashMap): void {
  for (const key of ["blockSize", "writeSize", "erasedByte"] as const) {
    if (isCount(map[key])) continue;
    throw BuildError.at(source.file, source.lineOf([key]), `"${key}" must be a whole number`);
  }
  if (map.blockSize > 0 && map.writeSize > 0 && map.blockSize % map.writeSize === 0) return;
  const message = `"blockSize" must be a multiple of "writeSize"`;
  throw BuildError.at(source.file, source.lineOf(["blockSize"]), message);
}

function checkPartitions(source: JsonSource, map: FlashMap): void {
  let end = 0;
  for (const [i, { name, offset, size }] of map.partitions.entries()) {
    const fail = (message: string): BuildError =>
      BuildError.at(source.file, source.lineOf(["partitions", i]), `"${name}" ${message}`);
    if (!isCount(offset) || !isCount(size)) throw fail("needs a whole offset and size");
    if (offset % map.blockSize !== 0 || size % map.blockSize !== 0 || size === 0) {
      throw fail(`must begin and end at a block of ${map.blockSize} bytes`);
    }
    if (offset < end) throw fail(`overlaps the partition before it, which ends at ${end}`);
    end = offset + size;
  }
}

/** Reads and checks a flash.json. @throws BuildError naming the line at fault. */
export function readFlashMap(file: string): FlashMap {
  const source = readJson(file);
  const map = source.value as FlashMap;
  checkNumbers(source, map);
  if (!Array.isArray(map.partitions) || map.partitions.length === 0) {
    throw BuildError.at(file, source.lineOf(["partitions"]), `"partitions" must be a list`);
  }
  checkPartitions(source, map);
  return map;
}

/** Writes the map as C, for hosts/runtime/flash-map.h. */
export function writeFlashMap(map: FlashMap, file: string): void {
  const rows = map.partitions.map(p => `\t{ "${p.name}", ${p.offset}u, ${p.size}u },\n`);
  const erased = `0x${map.erasedByte.toString(16)}`;
  writeIfChanged(
    file,
    `/* SPDX-License-Identifier: MIT
 * Made by toolchain/flash-map.ts from flash.json. */
#include "flash-map.h"

static const XsOtaPartition partitions[] = {
${rows.join("")}\t{ 0, 0, 0 }
};

const XsOtaFlashMap xs_ota_flash_map = {
\t${flashSize(map)}u, ${map.blockSize}u, ${map.writeSize}u, ${erased}, partitions
};
`,
  );
}
