// SPDX-License-Identifier: MIT

/** What is in a linked bundle; sizes in bytes. */
export interface LinkedBundle {
  readonly total: number;
  /** Texts of the names of properties and variables. */
  readonly names: number;
  /** Bytecode by module specifier. */
  readonly code: ReadonlyMap<string, Buffer>;
}

/** Source: docs/flash-format.md, "Bytecode bundle". */
export function readLinkedBundle(bundle: Buffer): LinkedBundle {
  let offset = 24;
  for (let count = bundle.readUInt32LE(16); count > 0; count--) {
    offset = bundle.indexOf(0, offset) + 1;
  }
  const names = offset - 24;
  const code = new Map<string, Buffer>();
  while (offset < bundle.length) {
    const nameSize = bundle.readUInt32LE(offset);
    const codeSize = bundle.readUInt32LE(offset + 8);
    const start = offset + 12 + nameSize;
    const name = bundle.toString("utf8", offset + 12, start - 1);
    code.set(name, bundle.subarray(start, start + codeSize));
    offset = start + codeSize;
  }
  return { total: bundle.length, names, code };
}
