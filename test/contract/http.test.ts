// SPDX-License-Identifier: MIT
import { EcmaHttpClient } from "xs-ota/common/http";
import HTTPClient from "xs-ota/common/network/http-client";
import { clock } from "xs-ota/host/clock";
import { NodeHttpClient } from "xs-ota/host/http";
import { openHttpServer } from "xs-ota/test/support/http-server";
import { NodeTcp } from "xs-ota/test/support/node-tcp";
import { describeHttp } from "./http.js";

describeHttp("Node", async () => ({
  client: new NodeHttpClient(),
  server: await openHttpServer(),
}));

describeHttp("ECMA-419", async () => ({
  client: new EcmaHttpClient({ HTTPClient, clock, socket: { io: NodeTcp } }),
  server: await openHttpServer(),
}));
