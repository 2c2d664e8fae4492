// SPDX-License-Identifier: MIT
import type { Deltas } from "xs-ota/pal/flash/delta";

/** In place of pal/flash/deltas.ts. */
export const deltas: Deltas | undefined = undefined;
