// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { Stage } from "xs-ota/cli/demo/stage";

/** Bytes that a device uses: of its XS heap slots and chunks, of its C heap, and all that its processes have. */
export type MemoryUse = Readonly<Record<"slots" | "chunks" | "heap" | "resident", number>>;
const kinds = ["slots", "chunks", "heap", "resident"] as const;

/** By how much a device may use more in the end than at first. glibc counts what it keeps for each size as used: that grows at first. */
const limits: MemoryUse = Object.freeze({
  slots: 2048,
  chunks: 2048,
  heap: 32 * 1024,
  resident: 1024 * 1024,
});

/** Bytes of memory of the processes of a device that has this flash. Source: proc(5), VmRSS. */
function residentOf(flash: string): number {
  const processes = readdirSync("/proc").filter(name => /^\d+$/.test(name));
  const sizes = processes.map(pid => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return command.includes(flash) ? Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) : 0;
    } catch {
      return 0; // it has ended meanwhile
    }
  });
  return 1024 * sizes.reduce((sum, size) => sum + size, 0);
}

/** What the device uses as soon as it says so: the application of test/xs/soak does, all the time. */
export async function measureMemory({ console: log, flash }: Stage): Promise<MemoryUse> {
  const [, use = ""] = await log.waitFor(/^memory (\{.+)/, log.lines.length);
  return { ...(JSON.parse(use) as Omit<MemoryUse, "resident">), resident: residentOf(flash) };
}

const middle = (from: readonly number[]): number =>
  [...from].sort((one, other) => one - other)[from.length >> 1] ?? 0;

/** The middle of the first quarter of what was measured, and of the last. */
export function earlyAndLate(
  uses: readonly MemoryUse[],
): Record<keyof MemoryUse, readonly [early: number, late: number]> {
  const quarter = Math.ceil(uses.length / 4);
  const at = (kind: keyof MemoryUse): readonly [number, number] => {
    const found = uses.map(use => use[kind]);
    return [middle(found.slice(0, quarter)), middle(found.slice(-quarter))];
  };
  return { slots: at("slots"), chunks: at("chunks"), heap: at("heap"), resident: at("resident") };
}

/** @throws AssertionError that names the memory that grew. */
export function assertFlat(uses: readonly MemoryUse[]): void {
  const found = earlyAndLate(uses);
  const grown = kinds.filter(kind => {
    const [early, late] = found[kind];
    return early === 0 || late - early > limits[kind];
  });
  assert.equal(grown.join(), "", formatMemory(uses));
}

/** In words. */
export function formatMemory(uses: readonly MemoryUse[]): string {
  const found = earlyAndLate(uses);
  const parts = kinds.map(kind => `${kind} ${found[kind].join(" and ")}`);
  return `memory in the first quarter and in the last: ${parts.join(", ")} bytes`;
}
