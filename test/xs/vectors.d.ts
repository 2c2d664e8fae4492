// SPDX-License-Identifier: MIT

/** Made by tools/test-xs.ts from test/support/signature-vectors.ts. */
declare module "xs-ota/test/vectors/signatures" {
  import type { SignatureVector } from "xs-ota/test/contract/crypto";
  const vectors: readonly SignatureVector[];
  export default vectors;
}
