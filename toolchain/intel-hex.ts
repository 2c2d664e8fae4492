// SPDX-License-Identifier: MIT
import { BuildError } from "./build-error.js";

/** Machine code, and where it goes. */
export interface MachineImage {
  readonly address: number;
  /** Gaps are 0xFF. */
  readonly bytes: Uint8Array;
}

/** Record types that say something here; 3 and 5 name an entry point. Source: Intel, Hexadecimal Object File Format, 1988. */
const types = Object.freeze({ data: 0, end: 1, segment: 2, linear: 4 });

interface HexRecord {
  readonly type: number;
  readonly offset: number;
  readonly data: Buffer;
}

function parseRecord(line: string): HexRecord | undefined {
  const bytes = Buffer.from(line.slice(1), "hex");
  const length = bytes[0] ?? 0;
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  const isWhole = line.startsWith(":") && bytes.length === length + 5 && sum === 0;
  if (!isWhole || bytes.length * 2 !== line.length - 1) return undefined;
  return { type: bytes.readUInt8(3), offset: bytes.readUInt16BE(1), data: bytes.subarray(4, -1) };
}

/**
 * Reads what compilers leave as `.hex`.
 * @param file for messages.
 * @throws BuildError naming the line that is no record, or when the end is missing.
 */
export function parseIntelHex(text: string, file: string): MachineImage {
  const pieces: { readonly address: number; readonly data: Buffer }[] = [];
  let base = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const record = parseRecord(line.trim());
    if (record === undefined) throw BuildError.at(file, index + 1, "is no record of Intel HEX");
    const { type, offset, data } = record;
    if (type === types.end) return join(pieces);
    if (type === types.segment) base = data.readUInt16BE(0) * 16;
    if (type === types.linear) base = data.readUInt16BE(0) * 65536;
    if (type === types.data) pieces.push({ address: base + offset, data });
  }
  throw BuildError.at(file, 0, "has no end record: it was cut off");
}

function join(
  pieces: readonly { readonly address: number; readonly data: Buffer }[],
): MachineImage {
  const address = pieces.reduce((least, piece) => Math.min(least, piece.address), Infinity);
  const end = pieces.reduce((most, piece) => Math.max(most, piece.address + piece.data.length), 0);
  const bytes = new Uint8Array(Math.max(0, end - address)).fill(0xff);
  for (const piece of pieces) bytes.set(piece.data, piece.address - address);
  return { address, bytes };
}
