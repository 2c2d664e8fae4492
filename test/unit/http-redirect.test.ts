// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { redirectOf } from "xs-ota/download/http-response";

function follow(location: string | undefined, from: string, status = 302): string | undefined {
  return redirectOf({ status, header: name => (name === "location" ? location : undefined) }, from);
}

// Source: RFC 3986 section 5.4, less the references that mean a folder; a fragment stays at home.
// prettier-ignore
const references: readonly (readonly [string, string])[] = [
  ["g",          "http://a/b/c/g"],
  ["./g",        "http://a/b/c/g"],
  ["g/",         "http://a/b/c/g/"],
  ["/g",         "http://a/g"],
  ["//g",        "http://g"],
  ["?y",         "http://a/b/c/d;p?y"],
  ["g?y",        "http://a/b/c/g?y"],
  ["g#s",        "http://a/b/c/g"],
  ["g?y#s",      "http://a/b/c/g?y"],
  [";x",         "http://a/b/c/;x"],
  ["g;x?y#s",    "http://a/b/c/g;x?y"],
  ["../g",       "http://a/b/g"],
  ["../../g",    "http://a/g"],
  ["../../../g", "http://a/g"],
  ["/./g",       "http://a/g"],
  ["/../g",      "http://a/g"],
  ["g.",         "http://a/b/c/g."],
  ["..g",        "http://a/b/c/..g"],
  ["./g/../h",   "http://a/b/c/h"],
  ["g;x=1/../y", "http://a/b/c/y"],
  ["g?y/./x",    "http://a/b/c/g?y/./x"],
  ["g#s/../x",   "http://a/b/c/g"],
  ["https://g",  "https://g"],
];

test("a redirect leads where its reference means, relative or absolute", () => {
  for (const [location, url] of references) {
    assert.equal(follow(location, "http://a/b/c/d;p?q"), url, location);
  }
  assert.equal(follow("g", "http://a"), "http://a/g", "of a URL without a path");
  assert.equal(follow("g?u=https://b/c?d", "http://a/b?c=/d/e"), "http://a/g?u=https://b/c?d");
});

test("a redirect never leads to less security, nor out of HTTP", () => {
  assert.equal(follow("//g/h", "https://a/b"), "https://g/h");
  for (const location of ["http://a/b", "ftp://a/b", "http:g", "javascript:0", "#s", "", undefined])
    assert.equal(follow(location, "https://a/b"), undefined, location);
});

test("a response that is no redirect leads nowhere", () => {
  for (const status of [200, 206, 300, 304, 404]) {
    assert.equal(follow("/g", "http://a/b", status), undefined, String(status));
  }
});
