// SPDX-License-Identifier: MIT

/**
 * Where an update is, as one small record that outlives any reset. The bytes are the agent's own:
 * the store promises only that they are whole.
 *
 * Every host promises, and test/contract/journal.ts checks: after power loss `load` gives the last record
 * whose `save` returned, or the one whose `save` was cut, never a mixture, never an older one.
 */
export interface Journal {
  /** Largest record in bytes. */
  readonly capacity: number;
  /** @returns the newest record, or `undefined` when there is none. */
  load(): Uint8Array | undefined;
  /** Replaces the record; an empty one means "none". @throws OtaError "flash-failed", "argument-invalid". */
  save(record: Uint8Array): void;
}
