// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";

/**
 * Runs what must not stand in the way of what follows it, such as clearing up after a failure: an OtaError is dropped.
 */
export function bestEffort(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof OtaError)) throw error;
  }
}
