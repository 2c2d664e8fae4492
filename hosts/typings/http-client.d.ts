// SPDX-License-Identifier: MIT

declare module "embedded:network/http/client" {
  export { default } from "xs-ota/common/network/http-client";
}
