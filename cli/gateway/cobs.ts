// SPDX-License-Identifier: MIT

/*
 * Consistent Overhead Byte Stuffing: packets without zeros, so that a zero can end each.
 * Source: Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999.
 */

/** The largest packet that has one byte of overhead. Longer ones are not used here. */
export const COBS_PACKET_MAX = 254;

/** The packet as it goes over the wire, with the zero that ends it. At most COBS_PACKET_MAX bytes. */
export function encodeCobs(packet: Uint8Array): Uint8Array {
  if (packet.length > COBS_PACKET_MAX) throw new RangeError("packet is longer than 254 bytes");
  const coded = new Uint8Array(packet.length + 2);
  let code = 0;
  for (const [i, byte] of packet.entries()) {
    if (byte === 0) {
      coded[code] = i + 1 - code;
      code = i + 1;
    } else {
      coded[i + 1] = byte;
    }
  }
  coded[code] = packet.length + 1 - code;
  return coded;
}

/** @returns `undefined` when the bytes, without the zero that ends them, are no packet. */
export function decodeCobs(coded: Uint8Array): Uint8Array | undefined {
  const packet = new Uint8Array(coded.length);
  let length = 0;
  for (let at = 0; at < coded.length;) {
    const code = coded[at] ?? 0;
    if (code === 0 || at + code > coded.length) return undefined;
    packet.set(coded.subarray(at + 1, at + code), length);
    length += code - 1;
    at += code;
    if (code !== 0xff && at < coded.length) packet[length++] = 0;
  }
  return packet.subarray(0, length);
}
