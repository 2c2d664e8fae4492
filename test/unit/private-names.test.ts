// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { PrivateNames } from "xs-ota/toolchain/private-names";

const source = `
class Base {
  #a = 1; #b; static #made = 0;
  #step() { return ++this.#a; }
  get #twice() { return 2 * this.#a; }
  set #twice(value) { this.#a = value / 2; }
  constructor(b) { this.#b = b; Base.#made++; }
  steps() { this.#twice += 4; return [this.#step(), this.#twice, this?.#b, Base.#made]; }
  static isBase(value) { return #a in value; }
  inner() { const outer = this; return new class { #a = "inner"; both() { return [this.#a, outer.#b]; } }().both(); }
}
class Derived extends Base { #a = "derived"; #b = "own"; seen() { return [this.#a, this.#b, ...this.steps()]; } }
class Unlike { #c = 1; c() { return this.#c; } }
class Other extends Derived { #a = "other"; all() { return [this.#a, ...this.seen()]; } }
// text is left alone: #a
export default [
  new Base(5).steps(), new Base("outer").inner(), new Other(6).all(), "#a", /#b/.source,
  Base.isBase(new Derived(1)), Base.isBase({}), Base.isBase(new Unlike()), new Unlike().c(),
];`;

const run = async (text: string): Promise<unknown> =>
  ((await import(`data:text/javascript,${encodeURIComponent(text)}`)) as { default: unknown })
    .default;

test("classes do without private names what they do with them", async () => {
  const opened = new PrivateNames().open(source);
  assert.doesNotMatch(opened, /\.#|#step|#twice|#made|#a in/);
  assert.equal(opened.split("\n").length, source.split("\n").length);
  assert.deepEqual(await run(opened), await run(source));
});

test("classes share names, but not with those that they inherit from, nor when they ask for one", () => {
  const names = new PrivateNames();
  assert.equal(names.open("class A { #x; #y }"), "class A { ª0; ª1 }");
  assert.equal(names.open("class B { #z }"), "class B { ª0 }");
  assert.equal(names.open("class C extends A { #x }"), "class C extends A { ªª0 }");
  assert.equal(names.open("class D extends C { #x }"), "class D extends C { ªª1 }");
  const asks = names.open("class E { #x; static is(value) { return #x in value; } }");
  assert.equal(asks, 'class E { ªª2; static is(value) { return "ªª2" in value; } }');
});
