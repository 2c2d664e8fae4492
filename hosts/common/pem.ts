// SPDX-License-Identifier: MIT
import { decodeBase64 } from "xs-ota/job/base64";
import { OtaError } from "xs-ota/pal/error";

/** Source: RFC 7468 section 3, "W". */
const BLANKS = "\n\r \t\v\f";

function withoutBlanks(text: string): string {
  let kept = text;
  for (const blank of BLANKS) kept = kept.split(blank).join("");
  return kept;
}

/**
 * The DER bytes of the first block in `pem` that has this label.
 * @param label what stands in its BEGIN and END lines, such as "CERTIFICATE"
 * @throws OtaError "argument-invalid" when there is none, or its content is not base64.
 * Source: RFC 7468.
 */
export function decodePem(pem: string, label: string): Uint8Array {
  const begin = `-----BEGIN ${label}-----`;
  const first = pem.indexOf(begin);
  const end = pem.indexOf(`-----END ${label}-----`, first);
  if (first < 0 || end < 0) throw new OtaError("argument-invalid", `PEM: no "${label}"`);
  const der = decodeBase64(withoutBlanks(pem.slice(first + begin.length, end)));
  if (der === undefined || der.length === 0) {
    throw new OtaError("argument-invalid", `PEM: "${label}" is not base64`);
  }
  return der;
}
