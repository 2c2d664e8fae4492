// SPDX-License-Identifier: MIT
import { jsonStreams } from "./json-streams.js";
import type { StreamCodec } from "./streams.js";

/** Streams in JSON; `undefined` in a build without them: without/json-streams. */
export const makeJsonCodec: (() => StreamCodec) | undefined = () => jsonStreams;
