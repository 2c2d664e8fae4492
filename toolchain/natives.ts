// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { Manifest } from "./manifest.js";
import { writeIfChanged } from "./output.js";

/*
 * What the Moddable SDK's linker does for C modules, done for a runtime that finds them by name:
 * the C functions that `native("x")` and `Native("x")` name, the property ids that C sources name as
 * xsID_x, and the manifest's defines.
 */

/** Names of C functions, sorted. */
export interface NativeNames {
  /** From `native("xs_x")`: void xs_x(xsMachine *). */
  readonly functions: readonly string[];
  /** From `Native("xs_x")`: void xs_x(void *). */
  readonly destructors: readonly string[];
}

function visitCalls(node: ts.Node, visit: (callee: string, argument: string) => void): void {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const argument = node.arguments[0];
    if (argument !== undefined && ts.isStringLiteral(argument)) {
      visit(node.expression.text, argument.text);
    }
  }
  ts.forEachChild(node, child => visitCalls(child, visit));
}

/** The C functions that the manifest's modules name. */
export function findNativeNames(manifest: Manifest): NativeNames {
  const functions = new Set<string>();
  const destructors = new Set<string>();
  for (const { file } of manifest.scripts) {
    const text = readFileSync(file, "utf8");
    if (!/\bnative\b/i.test(text)) continue;
    visitCalls(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022), (callee, argument) => {
      if (callee === "native") functions.add(argument);
      if (callee === "Native") destructors.add(argument);
    });
  }
  return { functions: [...functions].sort(), destructors: [...destructors].sort() };
}

/** The x of every xsID_x that the C sources name, sorted. */
function findIds(manifest: Manifest): readonly string[] {
  const ids = new Set<string>();
  for (const file of manifest.natives) {
    for (const match of readFileSync(file, "utf8").matchAll(/\bxsID_(\w+)/g)) {
      if (match[1] !== undefined) ids.add(match[1]);
    }
  }
  return [...ids].sort();
}

const head =
  "/* SPDX-License-Identifier: MIT\n * Made by toolchain/natives.ts from the manifest. */\n";

function formatIdsHeader(ids: readonly string[]): string {
  const lines = ids.map((id, i) => `#define xsID_${id} (xs_ota_ids[${i}])`);
  return `${head}#include "xs.h"\nextern xsIdentifier xs_ota_ids[];\n${lines.join("\n")}\n`;
}

function formatTable(natives: NativeNames, ids: readonly string[]): string {
  const rows = (names: readonly string[]): string =>
    names.map(name => `\t{ "${name}", ${name} },\n`).join("");
  return [
    `${head}#include "natives.h"\n\n`,
    ...natives.functions.map(name => `void ${name}(xsMachine *the);\n`),
    ...natives.destructors.map(name => `void ${name}(void *data);\n`),
    `\nconst XsOtaFunction xs_ota_functions[] = {\n${rows(natives.functions)}\t{ 0, 0 }\n};\n`,
    `\nconst XsOtaDestructor xs_ota_destructors[] = {\n${rows(natives.destructors)}\t{ 0, 0 }\n};\n`,
    `\nxsIdentifier xs_ota_ids[${ids.length + 1}];\n`,
    `\nconst char *const xs_ota_id_names[] = {\n${ids.map(id => `\t"${id}",\n`).join("")}\t0\n};\n`,
  ].join("");
}

function defineLines(name: string, value: unknown): readonly string[] {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, v]) =>
      defineLines(`${name}_${key.toUpperCase()}`, v),
    );
  }
  const text = typeof value === "boolean" ? Number(value) : value;
  return [`#define ${name} (${typeof text === "string" ? JSON.stringify(text) : String(text)})`];
}

/**
 * Writes what the C build of a firmware needs: natives.c, mc.xs.h, mc.defines.h, and natives.mk with
 * the manifest's C sources. Files that would not change keep their time.
 */
export function writeNatives(manifest: Manifest, folder: string): void {
  const ids = findIds(manifest);
  const sources = manifest.natives.map(file => path.relative(process.cwd(), file));
  const write = (name: string, text: string): void => writeIfChanged(path.join(folder, name), text);
  write("mc.xs.h", formatIdsHeader(ids));
  write("mc.defines.h", `${head}${defineLines("MODDEF", manifest.defines).join("\n")}\n`);
  write("natives.c", formatTable(findNativeNames(manifest), ids));
  write("natives.mk", `# Made by toolchain/natives.ts.\nNATIVE_SOURCES := ${sources.join(" ")}\n`);
}
