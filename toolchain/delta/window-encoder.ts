// SPDX-License-Identifier: MIT
import { ADD, COPY } from "xs-ota/delta/code-table";
import { AddressWriter } from "./address-writer.js";
import { ByteList } from "./byte-list.js";
import { type CodedInstruction, writeCodes } from "./code-writer.js";
import { commonLength, MatchIndex, SEED } from "./match-index.js";

/** Win_Indicator: a segment of the base is used. Source: RFC 3284 section 4.2. */
const VCD_SOURCE = 0x01;

/** A COPY that might be. */
interface Copy {
  /** From the start of the base, whose end the window follows. */
  readonly address: number;
  readonly length: number;
  /** Bytes that it saves. */
  readonly gain: number;
}

/** What a window is made of, while it grows. */
interface Draft {
  readonly data: ByteList;
  readonly addresses: ByteList;
  readonly instructions: CodedInstruction[];
  readonly writer: AddressWriter;
}

/** Makes the windows of a delta: greedy, with one byte of looking ahead. Source: RFC 3284. */
export class WindowEncoder {
  readonly #base: Uint8Array;
  readonly #target: Uint8Array;
  readonly #inBase: MatchIndex;
  readonly #inTarget: MatchIndex;

  constructor(base: Uint8Array, target: Uint8Array) {
    this.#base = base;
    this.#target = target;
    this.#inBase = new MatchIndex(base);
    this.#inBase.add(0, base.length);
    this.#inTarget = new MatchIndex(target);
  }

  /** The window that makes `length` bytes of the target from `first` on; windows are made in order. */
  encode(first: number, length: number): Uint8Array {
    const draft: Draft = {
      data: new ByteList(),
      addresses: new ByteList(),
      instructions: [],
      writer: new AddressWriter(),
    };
    const end = first + length;
    let literal = first;
    for (let at = first; at < end;) {
      const copy = this.#copyAt(at, first, end, draft);
      this.#inTarget.add(at, copy?.length ?? 1);
      if (copy === undefined) at++;
      else {
        this.#add(literal, at, draft);
        this.#copy(copy, at - first, draft);
        at += copy.length;
        literal = at;
      }
    }
    this.#add(literal, end, draft);
    return this.#format(length, draft);
  }

  /** The COPY to begin at `at`; `undefined` when none pays, or when the next byte begins a better one. */
  #copyAt(at: number, first: number, end: number, draft: Draft): Copy | undefined {
    const copy = this.#best(at, first, end, draft);
    if (copy === undefined) return undefined;
    const next = this.#best(at + 1, first, end, draft);
    return next !== undefined && next.gain > copy.gain + 1 ? undefined : copy;
  }

  #best(at: number, first: number, end: number, draft: Draft): Copy | undefined {
    const limit = end - at;
    const here = this.#base.length + at - first;
    let best: Copy | undefined;
    const consider = (address: number, length: number): void => {
      const gain = length - 1 - draft.writer.costOf(address, here);
      if (gain > (best?.gain ?? 0)) best = { address, length, gain };
    };
    for (const { position, length } of this.#inBase.find(this.#target, at, 0, limit)) {
      consider(position, length);
    }
    for (const { position, length } of this.#inTarget.find(this.#target, at, first, limit)) {
      if (position < at) consider(this.#base.length + position - first, length);
    }
    const same = this.#alongside(at, limit);
    if (same >= SEED) consider(at, same);
    return best;
  }

  /** Bytes that have not moved. */
  #alongside(at: number, limit: number): number {
    return commonLength(this.#base, at, this.#target, at, limit);
  }

  #add(first: number, end: number, { data, instructions }: Draft): void {
    if (first === end) return;
    data.append(this.#target.subarray(first, end));
    instructions.push({ type: ADD, size: end - first, mode: 0 });
  }

  #copy({ address, length }: Copy, at: number, draft: Draft): void {
    const mode = draft.writer.write(address, this.#base.length + at, draft.addresses);
    draft.instructions.push({ type: COPY, size: length, mode });
  }

  #format(length: number, { data, addresses, instructions }: Draft): Uint8Array {
    const codes = new ByteList();
    writeCodes(instructions, codes);
    const rest = new ByteList();
    rest.number(length);
    rest.byte(0);
    for (const section of [data, codes, addresses]) rest.number(section.length);
    for (const section of [data, codes, addresses]) rest.append(section.bytes);
    const window = new ByteList();
    window.byte(VCD_SOURCE);
    window.number(this.#base.length);
    window.number(0);
    window.number(rest.length);
    window.append(rest.bytes);
    return window.bytes;
  }
}
