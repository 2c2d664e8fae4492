// SPDX-License-Identifier: MIT
import { AgentBench, type BenchOptions, BLOCK, firmware, jobMessage, JOBS } from "./agent-bench.js";
import type { MemoryJournal, MemoryPal } from "./memory-pal.js";

/*
 * Devices before, in and after the trial of 1.1.0, which takes the place of 1.0.0.
 */

export const SIZE = 3 * BLOCK;
export const update = `${JOBS}/AFR_OTA-j/update`;
export const onTrial = jobMessage(SIZE, {
  statusDetails: { self_test: "ready", updatedBy: "0x01000000" },
});

/** Journal and platform of a device that activated 1.1.0 over 1.0.0. */
export function activated(): { pal: MemoryPal; journal: MemoryJournal } {
  const bench = new AgentBench();
  bench.agent.start();
  bench.job(jobMessage(SIZE));
  bench.blocks(firmware("1.1.0", SIZE));
  bench.agent.activate();
  return bench;
}

/** The new image after its first reset. */
export function newImage(options: BenchOptions = {}): AgentBench {
  const { pal, journal } = activated();
  pal.imageState = "PendingCommit";
  pal.ids.running.set(pal.ids.spare);
  const bench = new AgentBench({ ...options, version: "1.1.0", pal, journal });
  bench.agent.start();
  return bench;
}

/** The old image again, after the bootloader reverted. */
export function oldImage({ pal, journal }: { pal: MemoryPal; journal: MemoryJournal }): AgentBench {
  pal.imageState = "Valid";
  pal.ids.running.fill(1);
  const bench = new AgentBench({ version: "1.0.0", pal, journal });
  bench.agent.start();
  return bench;
}
