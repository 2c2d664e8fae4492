// SPDX-License-Identifier: MIT
import config from "mc/config";
import { OtaAgent, type OtaConfig, type OtaEvent } from "xs-ota";
import { openHost } from "xs-ota/host/host";

const host = openHost();

const agent = new OtaAgent({
  ...host,
  thingName: host.identity.thingName,
  version: config.version,
  config: config["agent"] as Partial<OtaConfig>,
  onEvent,
});

/** What this firmware must be able to do, or the device goes back to the one before. */
function runSelfTest(): void {
  console.log(`${config.version} is on trial`);
  if (config["selfTest"] === "crash") throw new Error("this firmware crashes, as it is told to");
  const passes = config["selfTest"] === "when-connected" && host.mqtt.connected;
  if (passes) agent.setImageState("Accepted");
}

function onEvent(event: OtaEvent): void {
  switch (event.type) {
    case "Progress":
      console.log(`downloaded ${event.received}/${event.total} blocks`);
      break;
    case "Activate":
      console.log("image verified; restarting into it");
      agent.activate();
      break;
    case "StartTest":
      runSelfTest();
      break;
    case "Committed":
      console.log(`${config.version} is permanent`);
      break;
    case "Fail":
      console.log(`job failed: ${event.error.message}`);
      break;
    case "SelfTestFailed":
    case "Reverted":
      console.log(`${event.type}: ${event.reason}`);
      break;
    default: // the others are of no concern to this application
  }
}

console.log(`${host.identity.thingName} runs ${config.version}`);
agent.start();
