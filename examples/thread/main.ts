// SPDX-License-Identifier: MIT
import config from "mc/config";
import { OtaAgent, type OtaConfig, type OtaEvent } from "xs-ota";
import { openHost } from "xs-ota/host/host";

const host = openHost({ onError: error => trace(`connection: ${String(error)}\n`) });
const { identity, runningVersion } = host;

const agent = new OtaAgent({
  ...host,
  thingName: identity.thingName,
  version: runningVersion,
  config: config["agent"] as Partial<OtaConfig>,
  onEvent,
});

/** What this firmware must be able to do, or the device goes back to the one before. */
function runSelfTest(): void {
  trace(`${runningVersion} is on trial\n`);
  if (config["selfTest"] === "crash") throw new Error("this firmware crashes, as it is told to");
  const passes = config["selfTest"] === "when-connected" && host.mqtt.connected;
  if (passes) agent.setImageState("Accepted");
}

function onEvent(event: OtaEvent): void {
  switch (event.type) {
    case "Progress":
      trace(`downloaded ${event.received}/${event.total} blocks\n`);
      break;
    case "Activate":
      trace("image verified; restarting into it\n");
      agent.activate();
      break;
    case "StartTest":
      runSelfTest();
      break;
    case "Committed":
      trace(`${runningVersion} is permanent\n`);
      break;
    case "Fail":
      trace(`job failed: ${event.error.message}\n`);
      break;
    case "SelfTestFailed":
    case "Reverted":
      trace(`${event.type}: ${event.reason}\n`);
      break;
    default: // the others are of no concern to this application
  }
}

trace(`${identity.thingName} runs ${runningVersion}\n`);
agent.start();
