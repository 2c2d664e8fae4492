// SPDX-License-Identifier: MIT
import { runTests } from "node:test";
import { device, powerOff } from "xs-ota/host/device";
import "xs-ota/test/xs/host.test";

trace(`# last reset: ${device.resetReason}\n`);
void runTests().then(failures => powerOff(failures === 0 ? 0 : 1));
