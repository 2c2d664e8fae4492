// SPDX-License-Identifier: MIT
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/**
 * The id of the certificate that a client showed: the SHA-256 of its DER, as AWS IoT names it.
 * @returns "" when it showed none, which no certificate is called; `undefined` on a connection without TLS.
 */
export function certificateIdShownBy(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const shown = socket.getPeerX509Certificate();
  return shown?.fingerprint256.replaceAll(":", "").toLowerCase() ?? "";
}
