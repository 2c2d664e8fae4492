// SPDX-License-Identifier: MIT
import { clock } from "xs-ota/host/clock";
import { describeClock } from "./clock.js";

describeClock("Node", clock);
