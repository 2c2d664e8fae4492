// SPDX-License-Identifier: MIT
import type { TLSSocket } from "node:tls";

/**
 * The id of the certificate that a client showed: the SHA-256 of its DER, as AWS IoT names it.
 * @returns "" when it showed none, which no certificate is called.
 */
export function certificateIdShownBy(socket: TLSSocket): string {
  const shown = socket.getPeerX509Certificate();
  return shown?.fingerprint256.replaceAll(":", "").toLowerCase() ?? "";
}
