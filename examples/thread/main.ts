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
function passesSelfTest(): boolean {
  return config["selfTest"] === "when-connected" && host.mqtt.connected;
}

function onEvent(event: OtaEvent): void {
  switch (event.type) {
    case "Progress":
      return console.log(`downloaded ${event.received}/${event.total} blocks`);
    case "Activate":
      console.log("image verified; restarting into it");
      return agent.activate();
    case "StartTest":
      console.log(`${config.version} is on trial`);
      if (passesSelfTest()) agent.setImageState("Accepted");
      return;
    case "Committed":
      return console.log(`${config.version} is permanent`);
    case "Fail":
      return console.log(`job failed: ${event.error.message}`);
    case "SelfTestFailed":
    case "Reverted":
      return console.log(`${event.type}: ${event.reason}`);
    default:
      return;
  }
}

console.log(`${host.identity.thingName} runs ${config.version}`);
agent.start();
