// SPDX-License-Identifier: MIT

/** The certificates that this device trusts for code signing. */
export interface Certificates {
  /**
   * The certificate that the job document's `certfile` names, PEM or DER.
   * @returns `undefined` when the store has none of that name.
   */
  find(name: string): Uint8Array | undefined;
}
