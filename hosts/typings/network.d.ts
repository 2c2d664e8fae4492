// SPDX-License-Identifier: MIT

declare module "embedded:network/mqtt/client" {
  export { default } from "xs-ota/common/network/mqtt-client";
}
