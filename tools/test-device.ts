// SPDX-License-Identifier: MIT
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeSignatureVectors } from "xs-ota/test/support/signature-vectors";

/* Writes the signatures that test/device verifies: a module that stays in flash, for it is large, and frozen for that. */

const file = "build/test-device/vectors.js";
mkdirSync(path.dirname(file), { recursive: true });
const vectors = JSON.stringify(await makeSignatureVectors());
writeFileSync(file, `export default Object.freeze(${vectors}, true);\n`);
