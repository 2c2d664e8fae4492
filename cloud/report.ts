// SPDX-License-Identifier: MIT

/** Told of an error that no reply can tell. */
export type Report = (error: unknown) => void;

/** A warning of the process, which goes on. */
export const warn: Report = error => {
  process.emitWarning(error instanceof Error ? error : String(error));
};

/**
 * Runs `act` where nobody above could catch what it throws: a message, a timer. No device may end the cloud.
 * @returns `undefined` when it threw; then `report` was told.
 */
export function attempt<R>(report: Report, act: () => R): R | undefined {
  try {
    return act();
  } catch (error) {
    report(error);
    return undefined;
  }
}
