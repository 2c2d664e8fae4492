// SPDX-License-Identifier: MIT

/** A part of a file: `count` bytes from `first` on. */
export interface ByteRange {
  readonly first: number;
  readonly count: number;
}

/**
 * The part of a file of `size` bytes that a Range header asks for.
 * @returns `undefined` when the whole file is to be sent: no header, several ranges, or not
 * readable; "unsatisfiable" when the range has no byte of the file.
 * Source: RFC 9110, sections 14.1.2 and 14.2.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(?<from>\d*)-(?<to>\d*)$/.exec(header ?? "")?.groups;
  const { from, to } = (match ?? noRange) as typeof noRange;
  if (from === "") return to === "" ? undefined : rangeOf(size - Number(to), size - 1, size);
  if (to === "") return rangeOf(Number(from), size - 1, size);
  return Number(to) < Number(from) ? undefined : rangeOf(Number(from), Number(to), size);
}

const noRange: Readonly<Record<"from" | "to", string>> = Object.freeze({ from: "", to: "" });

function rangeOf(from: number, to: number, size: number): ByteRange | "unsatisfiable" {
  const first = Math.max(from, 0);
  const last = Math.min(to, size - 1);
  return first <= last ? { first, count: last - first + 1 } : "unsatisfiable";
}
