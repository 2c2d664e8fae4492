// SPDX-License-Identifier: MIT
import { openDevice } from "xs-ota/host/device";
import { describeDevice } from "./device.js";

describeDevice("Node", openDevice({ resetReason: "software" }));
