// SPDX-License-Identifier: MIT
import { clock, openClock } from "xs-ota/host/clock";
import { describeClock } from "./clock.js";

describeClock("Node", clock);
describeClock("Node, one device", openClock());
