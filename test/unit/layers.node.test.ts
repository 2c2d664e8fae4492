// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The build is two folders below the root. */
const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Paths of the TypeScript under a folder, from the root. */
function sourcesIn(folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return entries.filter(name => name.endsWith(".ts")).map(name => posix.join(folder, name));
}

/** What runs on the device, on any host. */
const device = ["src", "pal"].flatMap(sourcesIn);

const read = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ES2022);

/** Folders that `xs-ota/…` leads to when it is not src/. */
const tops: Readonly<Record<string, string>> = {
  pal: "pal",
  cloud: "cloud",
  cli: "cli",
  toolchain: "toolchain",
  test: "test",
  host: "hosts/host",
  common: "hosts/common",
};

/** Where a module id leads, as a path from the root; other packages and built-in modules are left as they are. */
function resolve(from: string, id: string): string {
  if (id.startsWith(".")) return posix.join(dirname(from), id).replace(/\.js$/, "");
  if (id === "xs-ota") return "src/index";
  const [, top, rest] = /^xs-ota\/([^/]+)\/(.*)$/.exec(id) ?? [];
  if (top === undefined || rest === undefined) return id;
  return `${tops[top] ?? `src/${top}`}/${rest}`;
}

/** The module id in an import, an export from, or an `import()`. */
function idIn(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (!ts.isCallExpression(node)) return undefined;
  return node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
}

/** Module ids that a source imports or exports from, type imports too. */
function importsOf(source: ts.SourceFile): readonly string[] {
  const ids: string[] = [];
  const visit = (node: ts.Node): void => {
    const id = idIn(node);
    if (id !== undefined && ts.isStringLiteral(id)) ids.push(id.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return ids;
}

interface Layer {
  /** Which sources it holds. */
  readonly is: RegExp;
  /** Where its imports may lead. */
  readonly may: RegExp;
}

/**
 * The first that matches a source is its layer; type imports count. Source: DESIGN.md, "Layers". What pal/boot takes from
 * src/image is the format of an image, what pal/flash takes from src/delta that of a delta; what the agent-config.ts of toolchain/ and hosts/sdk/ take from src/agent is the table of its options.
 */
// prettier-ignore
const layers: readonly Layer[] = [
  { is: /^pal\/boot\//,            may: /^(pal|src\/image)\// },
  { is: /^pal\/flash\//,           may: /^(pal|src\/delta)\// },
  { is: /^pal\//,                 may: /^pal\/[^/]+$/ },
  { is: /^src\//,                 may: /^(src\/|pal\/[^/]+$)/ },
  { is: /^hosts\/sdk\/agent-config\.ts$/, may: /^(src\/agent|mc)\/config$/ },
  { is: /^hosts\//,               may: /^(?!cloud\/|cli\/|toolchain\/|test\/|src\/(agent\/|index$))/ },
  { is: /^toolchain\/agent-config\.ts$/, may: /^(toolchain\/|src\/job\/|src\/agent\/config$)/ },
  { is: /^(cloud|cli|toolchain)\//, may: /^(?!src\/(agent|download)\/|src\/index$|hosts\/host\/|test\/)/ },
];

/** An import that runs up, in words; `undefined` for one that is in order. */
function fault(from: string, id: string): string | undefined {
  const to = resolve(from, id);
  const layer = layers.find(({ is }) => is.test(from));
  return layer === undefined || layer.may.test(to) ? undefined : `${from} imports ${to}`;
}

test("no import runs up", () => {
  const sources = ["src", "pal", "hosts", "cloud", "cli", "toolchain"].flatMap(sourcesIn);
  let imports = 0;
  const faults = sources.flatMap(path =>
    importsOf(read(path)).flatMap(id => {
      imports++;
      return fault(path, id) ?? [];
    }),
  );
  assert.deepEqual(faults, []);
  assert.ok(imports > 200, `${imports} imports were looked at`);
});

test("an import that runs up would be seen", () => {
  const up: readonly (readonly [from: string, id: string])[] = [
    ["pal/pal.ts", "./flash/journal.js"],
    ["pal/flash/journal.ts", "xs-ota/job/json"],
    ["pal/flash/journal.ts", "xs-ota/image/facts"],
    ["pal/flash/journal.ts", "node:fs"],
    ["pal/boot/mcuboot.ts", "xs-ota/job/json"],
    ["src/job/json.ts", "xs-ota/pal/flash/journal"],
    ["src/job/json.ts", "../../pal/boot/mcuboot.js"],
    ["src/agent/agent.ts", "xs-ota/host/host"],
    ["src/agent/agent.ts", "embedded:io/socket/tcp"],
    ["hosts/node/host.ts", "xs-ota/agent/agent"],
    ["cloud/desk.ts", "xs-ota"],
    ["cli/main.ts", "xs-ota/download/cbor"],
    ["toolchain/bundle.ts", "xs-ota/agent/config"],
    ["toolchain/agent-config.ts", "xs-ota/agent/agent"],
  ];
  for (const [from, id] of up) assert.notEqual(fault(from, id), undefined, `${from} ${id}`);
});

/** A way from a module over its imports back to itself; `undefined` when there is none. */
function cycleFrom(
  path: string,
  graph: ReadonlyMap<string, readonly string[]>,
  way: readonly string[] = [],
  done: Set<string> = new Set(),
): readonly string[] | undefined {
  if (way.includes(path)) return [...way, path];
  if (done.has(path)) return undefined;
  for (const next of graph.get(path) ?? []) {
    const cycle = cycleFrom(next, graph, [...way, path], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(path);
  return undefined;
}

test("no module of the library imports itself, over whatever others", () => {
  const graph = new Map(
    device.map(path => {
      const targets = importsOf(read(path)).map(id => resolve(path, id));
      return [path.replace(/\.ts$/, ""), targets] as const;
    }),
  );
  for (const path of graph.keys()) assert.equal(cycleFrom(path, graph), undefined);
  assert.deepEqual(
    cycleFrom(
      "a",
      new Map([
        ["a", ["b"]],
        ["b", ["c"]],
        ["c", ["b"]],
      ]),
    ),
    ["a", "b", "c", "b"],
  );
});

/** What of a source cannot be preloaded on XS, or be shared by two users of it. */
function mutable(path: string): readonly string[] {
  const source = read(path);
  const frozen = new Set(
    [...source.text.matchAll(/^Object\.freeze\((\w+)\.prototype\);$/gm)].map(([, name]) => name),
  );
  return source.statements.flatMap(statement => {
    if (ts.isClassDeclaration(statement) && !frozen.has(statement.name?.text)) {
      return [`${path}: the prototype of ${statement.name?.text ?? "a class"} is not frozen`];
    }
    const isLet =
      ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const);
    return isLet ? [`${path}: a variable of the module`] : [];
  });
}

test("the library can be preloaded: no module has a variable, and each prototype is frozen", () => {
  assert.deepEqual(device.flatMap(mutable), []);
  assert.ok(device.length > 30, `${device.length} sources were looked at`);
});

/** The constants of the library's modules whose value is written so. */
function constants(isMeant: (initializer: ts.Expression) => boolean): readonly string[] {
  return device.flatMap(path => {
    const statements = read(path).statements.filter(ts.isVariableStatement);
    const declarations = statements.flatMap(({ declarationList }) => declarationList.declarations);
    return declarations
      .filter(({ initializer }) => initializer !== undefined && isMeant(initializer))
      .map(({ pos }) => `${path}: the constant at ${pos}`);
  });
}

test("every object or list that a module of the library holds is frozen", () => {
  assert.deepEqual(constants(isLiteral), []);
});

const isLiteral = (node: ts.Node): boolean =>
  ts.isObjectLiteralExpression(node) ||
  ts.isArrayLiteralExpression(node) ||
  ts.isNewExpression(node);

test("every source begins with its licence", () => {
  const folders = [
    "src",
    "pal",
    "hosts",
    "cloud",
    "cli",
    "toolchain",
    "test",
    "tools",
    "examples",
    "without",
  ];
  const there = folders.filter(folder => readdirSync(root).includes(folder));
  const bare = there
    .flatMap(sourcesIn)
    .filter(
      path =>
        !/^(#!.*\n)?\/\/ SPDX-License-Identifier: MIT\n/.test(
          readFileSync(join(root, path), "utf8"),
        ),
    );
  assert.deepEqual(bare, []);
});
