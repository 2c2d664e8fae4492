// SPDX-License-Identifier: MIT
import type { SourceMaker } from "xs-ota/download/maker";

/** In place of src/download/http.ts. */
export const makeHttpSource: SourceMaker | undefined = undefined;
