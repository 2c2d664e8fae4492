// SPDX-License-Identifier: MIT

declare module "mc/config" {
  /** The manifest's `config`, deeply frozen. */
  const config: {
    /** The image's version, "major.minor.patch". */
    readonly version: string;
    readonly [name: string]: unknown;
  };
  export default config;
}
