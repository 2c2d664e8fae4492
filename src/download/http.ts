// SPDX-License-Identifier: MIT
import { HttpSource } from "./http-source.js";
import type { SourceMaker } from "./maker.js";

/** Blocks over HTTP; `undefined` in a build without it: without/http. */
export const makeHttpSource: SourceMaker | undefined = (
  { http, blockSize, memory, allowRedirects },
  { files },
) => {
  if (http === undefined) return { lacks: "the device has no HTTP" };
  if (files.some(({ url }) => url === undefined)) {
    return { lacks: "the job has no update_data_url" };
  }
  return { source: new HttpSource(http, memory.take("block", blockSize), allowRedirects) };
};
