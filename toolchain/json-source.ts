// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import ts from "typescript";
import { BuildError } from "./build-error.js";

/** Where a value stands in a JSON text: property names and array indices from the root. */
export type JsonPath = readonly (string | number)[];

/** A JSON file that knows the line of each of its values. */
export interface JsonSource {
  readonly file: string;
  readonly value: unknown;
  /** The line, from 1, of the value at `path`, or of the nearest one around it. */
  lineOf(path: JsonPath): number;
}

function child(node: ts.Expression, step: string | number): ts.Expression | undefined {
  if (typeof step === "number") {
    return ts.isArrayLiteralExpression(node) ? node.elements[step] : undefined;
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const property = node.properties.find(
    p => ts.isPropertyAssignment(p) && ts.isStringLiteral(p.name) && p.name.text === step,
  );
  return property !== undefined && ts.isPropertyAssignment(property)
    ? property.initializer
    : undefined;
}

function lineAt(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** JSON.parse decides what is JSON; TypeScript's tolerant parser knows where it goes wrong. */
function parse(file: string, text: string, source: ts.JsonSourceFile): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const problem = (
      source as ts.JsonSourceFile & { readonly parseDiagnostics: readonly ts.Diagnostic[] }
    ).parseDiagnostics[0];
    if (problem !== undefined) {
      const message = ts.flattenDiagnosticMessageText(problem.messageText, "\n");
      throw BuildError.at(file, lineAt(source, problem.start ?? 0), `not JSON: ${message}`);
    }
    const message = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    const remedy = "JSON has no comments and no trailing commas";
    throw BuildError.at(file, lineAt(source, position), `not JSON: ${message}; ${remedy}`);
  }
}

/** Reads a JSON file. @throws BuildError when it cannot be read, or is not JSON. */
export function readJson(file: string): JsonSource {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw BuildError.at(file, 0, `cannot be read (${code}); check the path`);
  }
  const source = ts.parseJsonText(file, text);
  const value = parse(file, text, source);
  const lineOf = (path: JsonPath): number => {
    let node: ts.Expression | undefined = source.statements[0]?.expression;
    for (const step of path) {
      const next = node && child(node, step);
      if (next === undefined) break;
      node = next;
    }
    return node === undefined ? 1 : lineAt(source, node.getStart(source));
  };
  return Object.freeze({ file, value, lineOf });
}
