// SPDX-License-Identifier: MIT
// examples/thread as it is, and what it uses: at the start, when it has come to rest, and then once a second.
import "thread";
import Timer from "timer";
import { readUsage } from "xs-ota/host/usage";

console.log(`usage at start ${JSON.stringify(readUsage())}`);
Timer.set(() => console.log(`usage at rest ${JSON.stringify(readUsage(true))}`), 4000);
Timer.repeat(() => console.log(`usage ${JSON.stringify(readUsage())}`), 1000);
