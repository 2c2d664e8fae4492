// SPDX-License-Identifier: MIT
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeSignatureVectors } from "xs-ota/test/support/signature-vectors";

/*
 * Writes the signatures that test/device verifies: a module that stays in flash, for it is large, and frozen for that.
 * A certificate that several were made with is there once.
 */

const file = "build/test-device/vectors.js";
const vectors = await makeSignatureVectors();
const certificates = [...new Set(vectors.map(({ certificate }) => certificate))];
const rows = vectors.map(({ certificate, ...vector }) => {
  const rest = JSON.stringify(vector).slice(1, -1);
  return `{${rest},certificate:c[${certificates.indexOf(certificate)}]},`;
});
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(
  file,
  `const c = Object.freeze(${JSON.stringify(certificates)});
export default Object.freeze([
${rows.join("\n")}
], true);
`,
);
