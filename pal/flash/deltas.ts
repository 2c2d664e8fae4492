// SPDX-License-Identifier: MIT
import type { Deltas } from "./delta.js";
import { checkDelta, DeltaImage } from "./delta-image.js";

/** Deltas against the running image; `undefined` in a build without them: without/deltas. */
export const deltas: Deltas | undefined = Object.freeze<Deltas>({
  check: checkDelta,
  open: options => new DeltaImage(options),
});
