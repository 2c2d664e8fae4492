// SPDX-License-Identifier: MIT

/** The module `embedded:network/mqtt/client`: one of another id, so that its relative imports resolve. */
export { default } from "xs-ota/common/network/mqtt-client";
