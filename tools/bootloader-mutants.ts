// SPDX-License-Identifier: MIT
// Writes the sources of the mutants in test/power-loss/mutants.ts to build/mutants/<name>/; the Makefile compiles them.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mutants } from "xs-ota/test/power-loss/mutants";

const target = "build/mutants";

rmSync(target, { recursive: true, force: true });
for (const { name, file, find, replace } of mutants) {
  const folder = `${target}/${name}`;
  cpSync("toolchain/bootloader", folder, { recursive: true });
  const parts = readFileSync(`${folder}/${file}`, "utf8").split(find);
  if (parts.length !== 2) {
    throw new Error(
      `mutant ${name}: ${file} has its text ${parts.length - 1} times; mend mutants.ts`,
    );
  }
  writeFileSync(`${folder}/${file}`, parts.join(replace));
}
