// SPDX-License-Identifier: MIT

/** `make test-deep` sets DEEP=1: harnesses then try what takes too long for every commit. */
export const isDeep = process.env["DEEP"] === "1";

/** How much a harness tries: in `make test`, and in `make test-deep`. */
export const amount = (usual: number, deep: number): number => (isDeep ? deep : usual);
