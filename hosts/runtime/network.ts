// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import MQTTClient from "embedded:network/mqtt/client";
import { openConnections, type ConnectionParty, type Connections } from "xs-ota/common/connections";
import type { SocketClass } from "xs-ota/common/network/socket";
import { openHttp } from "xs-ota/host/http-network";

const secure = Object.freeze({ TLSSocket: TLSSocket as unknown as SocketClass, TCP });

/**
 * Connects by our own clients: to machines without the Moddable SDK's.
 * @throws OtaError "argument-invalid" when a certificate or a key of the identity is not PEM.
 */
export const openNetwork = (party: ConnectionParty): Connections =>
  openConnections({ MQTTClient, openHttp, TCP, secure }, party);
