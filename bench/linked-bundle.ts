// SPDX-License-Identifier: MIT

/** What is in a linked bundle, in bytes. */
export interface BundleSizes {
  readonly total: number;
  /** Texts of the names of properties and variables. */
  readonly names: number;
  /** Bytecode by module specifier. */
  readonly code: ReadonlyMap<string, number>;
}

/** Source: docs/flash-format.md, "Bytecode bundle". */
export function readLinkedBundle(bundle: Buffer): BundleSizes {
  let offset = 24;
  for (let count = bundle.readUInt32LE(16); count > 0; count--) {
    offset = bundle.indexOf(0, offset) + 1;
  }
  const names = offset - 24;
  const code = new Map<string, number>();
  while (offset < bundle.length) {
    const nameSize = bundle.readUInt32LE(offset);
    const codeSize = bundle.readUInt32LE(offset + 8);
    code.set(bundle.toString("utf8", offset + 12, offset + 12 + nameSize - 1), codeSize);
    offset += 12 + nameSize + codeSize;
  }
  return { total: bundle.length, names, code };
}
