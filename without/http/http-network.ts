// SPDX-License-Identifier: MIT
import type { OpenHttp } from "xs-ota/common/connections";

/** In place of the http-network.ts of a host. */
export const openHttp: OpenHttp | undefined = undefined;
