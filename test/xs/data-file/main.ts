// SPDX-License-Identifier: MIT
// An application with a file that is not firmware: says what is in it, and takes firmware that comes with it.
import config from "mc/config";
import { OtaAgent, type OtaConfig } from "xs-ota";
import { openHost } from "xs-ota/host/host";
import { decodeUtf8 } from "xs-ota/job/utf8";
import { openDataFile } from "xs-ota/pal/flash/data-file";

const host = openHost();
const settings = openDataFile(host.openPartition("files"), host);

function read(): string {
  const { file } = settings;
  if (file === undefined) return "nothing";
  const bytes = new Uint8Array(file.size);
  file.partition.read(bytes, 0);
  return `${bytes.length} bytes, ${decodeUtf8(bytes.subarray(0, 10))}`;
}

const agent = new OtaAgent({
  ...host,
  thingName: host.identity.thingName,
  version: host.runningVersion,
  config: config["agent"] as Partial<OtaConfig>,
  filePals: { 3: settings.pal },
  onEvent(event) {
    if (event.type === "Activate") agent.activate();
    if (event.type === "StartTest") agent.setImageState("Accepted");
    if (event.type === "UpdateComplete") trace(`complete: ${read()}\n`);
    if (event.type === "Fail") trace(`job failed: ${event.error.message}\n`);
  },
});

trace(`${host.identity.thingName} runs ${host.runningVersion} with ${read()}\n`);
agent.start();
