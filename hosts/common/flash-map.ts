// SPDX-License-Identifier: MIT
import type { FlashGeometry } from "xs-ota/pal/flash";

/** A named part of a flash, of whole erase blocks. Bytes from the start of the flash. */
export interface FlashMapPartition {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** A host's flash.json: the one place that says where everything is. Source: docs/flash-format.md, "Partitions". */
export interface FlashMap extends Omit<FlashGeometry, "size"> {
  readonly partitions: readonly FlashMapPartition[];
}

/** Bytes of the whole flash: the end of its last partition. */
export function flashSize({ partitions }: FlashMap): number {
  return Math.max(...partitions.map(({ offset, size }) => offset + size));
}
