// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Certificates } from "xs-ota/pal/certificates";

/** What pal/certificates.ts promises. @param known what the store holds, PEM or DER, by name. */
export function describeCertificates(
  name: string,
  certificates: Certificates,
  known: ReadonlyMap<string, Uint8Array>,
): void {
  test(`${name}: every certificate is found by its name`, () => {
    assert.ok(known.size > 0);
    for (const [file, bytes] of known) assert.deepEqual(certificates.find(file), bytes);
  });

  for (const file of ["", "none.pem", "__proto__", "constructor", "toString", "../x", "\0"]) {
    test(`${name}: there is no certificate ${JSON.stringify(file)}`, () => {
      assert.equal(certificates.find(file), undefined);
    });
  }
}
