// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { formatSum, goals, missedGoals, sumUp } from "xs-ota/test/support/counts";

/*
 * Prints the one line of counts with which `make test` and `make test-deep` end, and fails when a number is not reached.
 * Arguments: which of the two, "usual" or "deep", and the file that the harnesses wrote.
 */

const [, , which = "usual", file = ""] = process.argv;
const counts = sumUp(readFileSync(file, "utf8"));
console.log(formatSum(counts));
const missed = missedGoals(counts, goals[which === "deep" ? "deep" : "usual"]);
for (const name of missed) console.error(`too few ${name}: test/support/counts.ts has the goals`);
if (missed.length > 0) process.exitCode = 1;
