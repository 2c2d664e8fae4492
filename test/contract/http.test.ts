// SPDX-License-Identifier: MIT
import { NodeHttpClient } from "xs-ota/host/http";
import { openHttpServer } from "xs-ota/test/support/http-server";
import { describeHttp } from "./http.js";

describeHttp("Node", async () => ({
  client: new NodeHttpClient(),
  server: await openHttpServer(),
}));
