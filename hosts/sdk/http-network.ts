// SPDX-License-Identifier: MIT
import HTTPClient from "embedded:network/http/client";
import type { OpenHttp } from "xs-ota/common/connections";
import { EcmaHttpClient, type HttpSessionClass } from "xs-ota/common/http";
import { namingPort } from "xs-ota/common/network/authority";

/** HTTP by the client of the Moddable SDK; `undefined` in a build without it: without/http. */
export const openHttp: OpenHttp | undefined = options =>
  new EcmaHttpClient({
    ...options,
    HTTPClient: namingPort(HTTPClient as unknown as HttpSessionClass),
  });
