// SPDX-License-Identifier: MIT

/** Bytes by kind, as `size` of binutils counts them. */
export interface SectionSizes {
  readonly text: number;
  readonly data: number;
  readonly bss: number;
}

type Kind = keyof SectionSizes;

/** What an object file is part of, by its path; the first match counts. */
const parts: readonly (readonly [RegExp, string])[] = Object.freeze([
  [/\/xs\/xs\w+\.o$/, "XS"],
  [/\/mbedtls\//, "Mbed TLS"],
  [/toolchain\/bootloader\//, "bootloader's core"],
  [/hosts\/(common|runtime)\/|\/made\//, "runtime and natives"],
  [/hosts\//, "board"],
  [/\.a[(:]/, "C library"],
]);

const kinds: readonly (readonly [RegExp, Kind])[] = Object.freeze([
  [/^\.(text|rodata|srodata|vectors|reset|ARM\.ex|eh_frame)/, "text"],
  [/^\.(data|sdata|ram_code|tdata)/, "data"],
  [/^(\.(bss|sbss|tbss|retained)|COMMON)/, "bss"],
]);

const nameOf = <Name>(list: readonly (readonly [RegExp, Name])[], text: string): Name | undefined =>
  list.find(([pattern]) => pattern.test(text))?.[1];

/**
 * The sizes of a firmware's parts, from the map that GNU ld writes with -Map. What the linker adds, padding and all, is
 * in no part.
 */
export function readLinkerMap(map: string): ReadonlyMap<string, SectionSizes> {
  const body = map.slice(map.indexOf("Linker script and memory map"));
  const sizes = new Map<string, Record<Kind, number>>();
  // a long section name has the rest on the next line
  for (const match of body.matchAll(/^ (\.?\S+)\s+0x[\da-f]+\s+0x([\da-f]+) (\S+)$/gm)) {
    const [section, size, file] = match.slice(1) as [string, string, string];
    const kind = nameOf(kinds, section);
    const part = nameOf(parts, file);
    if (kind === undefined || part === undefined) continue;
    const sum = sizes.get(part) ?? { text: 0, data: 0, bss: 0 };
    sum[kind] += Number.parseInt(size, 16);
    sizes.set(part, sum);
  }
  return sizes;
}
