// SPDX-License-Identifier: MIT

/** Made by tools/xs-suites.ts from test/support/signature-vectors.ts. */
declare module "xs-ota/test/vectors/signatures" {
  import type { SignatureVector } from "xs-ota/test/contract/crypto";
  const vectors: readonly SignatureVector[];
  export default vectors;
}

/** Made by tools/xs-suites.ts from test/support/tls-servers.ts. */
declare module "xs-ota/test/vectors/tls" {
  import type { TlsVectors } from "xs-ota/test/support/tls-client";
  const vectors: TlsVectors;
  export default vectors;
}
