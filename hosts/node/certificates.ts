// SPDX-License-Identifier: MIT
import type { Certificates } from "xs-ota/pal/certificates";

/** The certificates of a record, PEM by name. */
export function openCertificates(pems: Readonly<Record<string, string>>): Certificates {
  const byName = new Map(Object.entries(pems));
  return Object.freeze({
    find(name: string): Uint8Array | undefined {
      const pem = byName.get(name);
      return pem === undefined ? undefined : new TextEncoder().encode(pem);
    },
  });
}
