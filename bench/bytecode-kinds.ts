// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "xs-ota/cli/boards";

/** Bytes of bytecode by what they are for. */
export interface BytecodeKinds {
  /** What a module runs once, to make its functions, classes and constants. */
  readonly bodies: number;
  /** Texts in that. */
  readonly bodyTexts: number;
  readonly functions: number;
  readonly functionTexts: number;
}

/** An instruction: its name, and how long it is; 0 for one with an id, negative for one that counts its own bytes. */
interface Opcode {
  readonly name: string;
  readonly size: number;
}

/** XS's own table. Source: XS, xsCommon.c, gxCodeSizes. */
function readOpcodes(): readonly Opcode[] {
  const source = readFileSync(path.join(packageRoot, "build/xs/sources/xsCommon.c"), "utf8");
  const [, table = ""] = /gxCodeSizes\[XS_CODE_COUNT\][^{]*\{([^}]*)\}/.exec(source) ?? [];
  return [...table.matchAll(/(-?\d+),? \/\* (XS_\w+) \*\//g)].map(([, size, name = ""]) => ({
    name,
    size: Number(size),
  }));
}

const ID_SIZE = 2;
/** What a module's code holds is a function that makes its variables, and its body: functions are in these. */
const FUNCTION_DEPTH = 2;

/** Bytes of the instruction at `at`; of a function, without its body. */
function lengthAt(code: Buffer, at: number, { size }: Opcode): number {
  if (size < 0) return 1 - size + code.readUIntLE(at + 1, -size);
  return size === 0 ? 1 + ID_SIZE : size;
}

function kindOf({ name }: Opcode, isInFunction: boolean): keyof BytecodeKinds {
  if (name.includes("_STRING_")) return isInFunction ? "functionTexts" : "bodyTexts";
  return isInFunction ? "functions" : "bodies";
}

/** Walks the code of a module, functions in functions. */
function* instructionsOf(
  code: Buffer,
  opcodes: readonly Opcode[],
): Generator<{ readonly kind: keyof BytecodeKinds; readonly length: number }> {
  const ends: number[] = [];
  for (let at = 0; at < code.length;) {
    while (at >= (ends.at(-1) ?? Infinity)) ends.pop();
    const opcode = opcodes[code[at] ?? 0] ?? { name: "", size: 1 };
    const length = lengthAt(code, at, opcode);
    yield { kind: kindOf(opcode, ends.length >= FUNCTION_DEPTH), length };
    if (/_CODE_(ARCHIVE_)?\d$/.test(opcode.name)) {
      ends.push(at + length + code.readUIntLE(at + 1, length - 1));
    }
    at += length;
  }
}

export function bytecodeKinds(codes: Iterable<Buffer>): BytecodeKinds {
  const opcodes = readOpcodes();
  const sums = { bodies: 0, bodyTexts: 0, functions: 0, functionTexts: 0 };
  for (const code of codes) {
    for (const { kind, length } of instructionsOf(code, opcodes)) sums[kind] += length;
  }
  return sums;
}
