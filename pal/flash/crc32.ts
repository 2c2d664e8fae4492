// SPDX-License-Identifier: MIT

/** What four bits leave of the reflected polynomial 0xEDB88320: a byte takes two steps, for 16 numbers in flash. */
// prettier-ignore
const remainders = Object.freeze([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

/** CRC-32 of `bytes`, unsigned. Source: IEEE 802.3 clause 3.2.9. */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    crc = (crc >>> 4) ^ (remainders[crc & 15] as number);
    crc = (crc >>> 4) ^ (remainders[crc & 15] as number);
  }
  return ~crc >>> 0;
}
