// SPDX-License-Identifier: MIT
import { ENTRY_SIZE, INSTRUCTION_SIZE, makeCodeTable, NOOP } from "xs-ota/delta/code-table";
import type { ByteList } from "./byte-list.js";

/** ADD or COPY, as the code table names them. */
export interface CodedInstruction {
  readonly type: number;
  readonly size: number;
  readonly mode: number;
}

const keyOf = (type: number, size: number, mode: number): string => `${type} ${size} ${mode}`;

/** Codes by the instructions that they stand for: "1 4 0" is ADD of 4 bytes, "1 4 0 3 4 2" that and COPY of 4 in mode 2. */
function invert(): ReadonlyMap<string, number> {
  const table = makeCodeTable();
  const codes = new Map<string, number>();
  for (let code = 255; code >= 0; code--) {
    const [first, second] = [0, INSTRUCTION_SIZE].map(at => {
      const start = code * ENTRY_SIZE + at;
      const [type = 0, size = 0, mode = 0] = table.subarray(start, start + INSTRUCTION_SIZE);
      return type === NOOP ? "" : keyOf(type, size, mode);
    });
    codes.set(`${first ?? ""} ${second ?? ""}`.trim(), code);
  }
  return codes;
}

const codes = invert();

const nameOf = ({ type, size, mode }: CodedInstruction): string => keyOf(type, size, mode);

/** Writes instructions in the fewest codes of the default table. */
export function writeCodes(instructions: readonly CodedInstruction[], into: ByteList): void {
  for (let at = 0; at < instructions.length; at++) {
    const first = instructions[at] as CodedInstruction;
    const second = instructions[at + 1];
    const both = second && codes.get(`${nameOf(first)} ${nameOf(second)}`);
    if (both !== undefined) {
      into.byte(both);
      at++;
    } else writeOne(first, into);
  }
}

function writeOne({ type, size, mode }: CodedInstruction, into: ByteList): void {
  const code = codes.get(keyOf(type, size, mode));
  into.byte(code ?? (codes.get(keyOf(type, 0, mode)) as number));
  if (code === undefined) into.number(size);
}
