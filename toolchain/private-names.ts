// SPDX-License-Identifier: MIT
import ts from "typescript";

/*
 * Private names (#x) as names of ordinary properties. XS keeps each private name of a class in a variable, which each
 * function that uses it holds, and makes a slot for each private method in each object. Compilers have checked by then
 * that nothing else uses them.
 */

/** What such a name begins with; the linker hides these properties. Source: toolchain/xsc/link.c, is_private. */
const MARK = "ª";

/** The private names of a class, by what they become. */
type Names = ReadonlyMap<string, string>;

/** Whether it asks somewhere if an object has a private name: `#x in object`. */
const asksForNames = (node: ts.Node): boolean =>
  (ts.isBinaryExpression(node) && ts.isPrivateIdentifier(node.left)) ||
  ts.forEachChild(node, child => asksForNames(child) || undefined) === true;

/**
 * Gives classes their names. Most share the same few; those that have a superclass, or tell their objects from others by a name,
 * have their own.
 */
export class PrivateNames {
  #own = 0;

  #namesOf(node: ts.ClassLikeDeclaration): Names {
    const hasOwn = node.heritageClauses !== undefined || asksForNames(node);
    const declared = node.members.flatMap(({ name }) =>
      name !== undefined && ts.isPrivateIdentifier(name) ? [name.text] : [],
    );
    return new Map(
      [...new Set(declared)].map((name, i) => [
        name,
        hasOwn ? `${MARK}${MARK}${this.#own++}` : `${MARK}${i}`,
      ]),
    );
  }

  /**
   * Takes the private names out of the text of a module; its lines stay where they are.
   * An object's properties of such names can't be listed; they can be frozen.
   */
  open(text: string): string {
    const edits: { readonly position: number; readonly end: number; readonly name: string }[] = [];
    const visit = (node: ts.Node, scopes: readonly Names[]): void => {
      if (ts.isPrivateIdentifier(node)) {
        const name = scopes.find(names => names.has(node.text))?.get(node.text) ?? node.text;
        const isOperand = ts.isBinaryExpression(node.parent);
        edits.push({
          position: node.getStart(),
          end: node.end,
          name: isOperand ? `"${name}"` : name,
        });
      }
      const inner = ts.isClassLike(node) ? [this.#namesOf(node), ...scopes] : scopes;
      ts.forEachChild(node, child => {
        visit(child, inner);
      });
    };
    visit(ts.createSourceFile("module.js", text, ts.ScriptTarget.ESNext, true), []);
    let opened = "";
    let done = 0;
    for (const { position, end, name } of edits) {
      opened += text.slice(done, position) + name;
      done = end;
    }
    return opened + text.slice(done);
  }
}
