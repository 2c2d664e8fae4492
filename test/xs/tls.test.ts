// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import HTTPClient from "embedded:network/http/client";
import type { SocketClass } from "xs-ota/common/network/socket";
import { clock } from "xs-ota/host/clock";
import { describeTls } from "xs-ota/test/contract/tls";
import vectors from "xs-ota/test/vectors/tls";

// TLS against servers of Node.js, which tools/test-xs.ts starts.

describeTls("XS", {
  TLSSocket: TLSSocket as unknown as SocketClass,
  TCP,
  HTTPClient,
  clock,
  vectors,
  hasTimeOfDay: new Date().getFullYear() > 2020,
});
