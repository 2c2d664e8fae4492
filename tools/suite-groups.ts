// SPDX-License-Identifier: MIT
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { hasVectors, type Suite } from "./xs-suites.js";

/** Bytes of an image for each of JavaScript: the most that was seen, of tests and of what they test. */
const GROWTH = Object.freeze({ test: 5, tested: 1 });

const isTest = (module: string): boolean => module.startsWith("test/");

/** Bytes of JavaScript, 0 for what is not compiled for Node. */
function sizeOf(module: string): number {
  const file = path.join("build/node", `${module}.js`);
  return existsSync(file) ? statSync(file).size : 0;
}

/** An estimate of what suites add to an image, in bytes. */
function growthOf(suites: readonly Suite[]): number {
  const modules = new Set(suites.flatMap(suite => suite.modules));
  return [...modules].reduce(
    (sum, module) => sum + sizeOf(module) * (isTest(module) ? GROWTH.test : GROWTH.tested),
    0,
  );
}

/**
 * Puts neighbours together that are to share an image, which takes less to build than one for each. Suites with large
 * vectors are alone.
 * @param room bytes that suites may add to an image.
 */
export function groupSuites(suites: readonly Suite[], room: number): readonly (readonly Suite[])[] {
  const groups: Suite[][] = [];
  for (const suite of suites) {
    const last = groups.at(-1);
    const isShared = last !== undefined && ![...last, suite].some(hasVectors);
    if (isShared && growthOf([...last, suite]) <= room) last.push(suite);
    else groups.push([suite]);
  }
  return groups;
}
