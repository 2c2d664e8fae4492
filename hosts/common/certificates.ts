// SPDX-License-Identifier: MIT
import { encodeUtf8 } from "xs-ota/job/utf8";
import type { Certificates } from "xs-ota/pal/certificates";

/** The certificates of a record, PEM by the name that a job document's `certfile` has. */
export function openCertificates(pems: Readonly<Record<string, string>>): Certificates {
  const byName = new Map(Object.entries(pems));
  return Object.freeze({
    find(name: string): Uint8Array | undefined {
      const pem = byName.get(name);
      return pem === undefined ? undefined : encodeUtf8(pem);
    },
  });
}
