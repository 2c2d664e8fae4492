// SPDX-License-Identifier: MIT

/** The module `embedded:io/socket/tcp/tls`: one of another id, so that its relative imports resolve. */
export { default } from "xs-ota/common/tls/tls-socket";
