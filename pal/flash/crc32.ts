// SPDX-License-Identifier: MIT

/** CRC-32 of `bytes`, unsigned. Source: IEEE 802.3 clause 3.2.9, reflected polynomial 0xEDB88320. */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
