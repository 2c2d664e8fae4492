// SPDX-License-Identifier: MIT

/** The module `embedded:network/http/client`: one of another id, so that its relative imports resolve. */
export { default } from "xs-ota/common/network/http-client";
