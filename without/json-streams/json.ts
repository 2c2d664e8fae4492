// SPDX-License-Identifier: MIT
import type { StreamCodec } from "xs-ota/download/streams";

/** In place of src/download/json.ts. */
export const makeJsonCodec: (() => StreamCodec) | undefined = undefined;
