// SPDX-License-Identifier: MIT

/*
 * UF2: a file of blocks of 512 bytes, each of which says where its 256 bytes go, so that a bootloader can take them off a
 * drive in any order. Source: Microsoft, "USB Flashing Format (UF2)".
 */

const BLOCK_SIZE = 512;
const PAYLOAD_SIZE = 256;
const DATA_OFFSET = 32;
const MAGIC_FIRST = 0x0a324655;
const MAGIC_SECOND = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const FAMILY_PRESENT = 0x2000;

export interface Uf2Options {
  /** Of the first byte; a multiple of 256. */
  readonly address: number;
  /** Which chips take it. Source: Microsoft, uf2families.json. */
  readonly family: number;
}

/** The bytes as a UF2 file; the last block is filled up with 0xFF. */
export function formatUf2(bytes: Uint8Array, { address, family }: Uf2Options): Uint8Array {
  const count = Math.ceil(bytes.length / PAYLOAD_SIZE);
  const file = Buffer.alloc(count * BLOCK_SIZE);
  for (let index = 0; index < count; index++) {
    const block = file.subarray(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE);
    const at = index * PAYLOAD_SIZE;
    const header = [
      ...[MAGIC_FIRST, MAGIC_SECOND, FAMILY_PRESENT, address + at],
      ...[PAYLOAD_SIZE, index, count, family],
    ];
    for (const [word, value] of header.entries()) block.writeUInt32LE(value, word * 4);
    block.fill(0xff, DATA_OFFSET, DATA_OFFSET + PAYLOAD_SIZE);
    block.set(bytes.subarray(at, at + PAYLOAD_SIZE), DATA_OFFSET);
    block.writeUInt32LE(MAGIC_END, BLOCK_SIZE - 4);
  }
  return new Uint8Array(file);
}
