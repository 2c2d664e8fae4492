// SPDX-License-Identifier: MIT
import { once } from "node:events";
import { Command } from "@commander-js/extra-typings";
import { openDesk } from "../desk.js";
import { wholeNumber } from "../options.js";
import { removeProfile, saveProfile } from "../profile.js";
import type { Session } from "../session.js";

const port = wholeNumber(0, 65535);

/** `xs-ota cloud`: a cloud on this machine. */
export function cloudCommand(session: Session): Command {
  return new Command("cloud")
    .summary("run a cloud on this machine")
    .description(
      "Runs a cloud on this machine until Ctrl-C: AWS IoT's Jobs and Streams over MQTT, its REST API and S3. " +
        "While it runs, the configuration has a profile for it, so that the other commands find it.",
    )
    .option("--mqtt-port <n>", "where devices connect, 0 for any that is free", port, 0)
    .option("--rest-port <n>", "where clients connect, 0 for any that is free", port, 0)
    .option("--name <profile>", "what the profile is called", "desk")
    .action(async ({ mqttPort, restPort, name }) => {
      const { options, output, signal } = session;
      const { cloud, profile } = await openDesk({ mqttPort, restPort });
      const { endpoint, mqtt } = profile;
      const configuration = options.config ?? "xs-ota.json";
      saveProfile(configuration, name, profile);
      output.result(
        { endpoint, mqtt, profile: name },
        `REST and S3  ${endpoint}\nMQTT         ${mqtt.host}:${mqtt.port}\nprofile      "${name}" in ${configuration}`,
      );
      try {
        if (!signal.aborted) await once(signal, "abort");
      } finally {
        await cloud.close();
        removeProfile(configuration, name, profile);
      }
    });
}
