// SPDX-License-Identifier: MIT
import { AsyncLocalStorage } from "node:async_hooks";

/** Takes one step back. */
export type Undo = () => unknown;

const uninterrupted = new AsyncLocalStorage<true>();

/** Whether what runs now takes a step back, or finds out what is to be: it runs to its end, also after Ctrl-C. */
export const isUninterrupted = (): boolean => uninterrupted.getStore() === true;

/** Runs `act` to its end, also after Ctrl-C. */
export const evenInterrupted = <R>(act: () => R): R => uninterrupted.run(true, act);

/**
 * Runs `act`, which says after each step how to take it back. When it fails, its steps are taken back, the last
 * one first; one that cannot be taken back keeps none of the others.
 * @throws whatever `act` throws.
 */
export async function allOrNothing<R>(act: (undo: (step: Undo) => void) => Promise<R>): Promise<R> {
  const steps: Undo[] = [];
  try {
    return await act(step => steps.push(step));
  } catch (error) {
    for (const step of steps.reverse()) await taken(step);
    throw error;
  }
}

async function taken(step: Undo): Promise<void> {
  try {
    await evenInterrupted(step);
  } catch {
    // the failure of `act` is what is told
  }
}
