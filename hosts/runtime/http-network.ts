// SPDX-License-Identifier: MIT
import HTTPClient from "embedded:network/http/client";
import type { OpenHttp } from "xs-ota/common/connections";
import { EcmaHttpClient } from "xs-ota/common/http";

/** HTTP by our own client; `undefined` in a build without it: without/http. */
export const openHttp: OpenHttp | undefined = options =>
  new EcmaHttpClient({ ...options, HTTPClient });
