// SPDX-License-Identifier: MIT
import { once } from "node:events";
import { isIP } from "node:net";
import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { type Listener, LOOPBACK } from "xs-ota/cloud/device-ports";
import { faultPlan, type FaultPlan } from "xs-ota/cloud/faults/faults";
import { openDeskCloud, type DeskCloud } from "../desk-cloud.js";
import { CliError, messageOf } from "../failure.js";
import { readJson } from "../files.js";
import { wholeNumber } from "../options.js";
import type { Output } from "../output.js";
import { describeIssues, removeProfile, saveProfile } from "../profile.js";
import type { Session } from "../session.js";

const port = wholeNumber(0, 65535);

/** What devices can be told to connect to: one name or address, not all of them. */
function place(text: string): string {
  if (isIP(text) !== 6 && text !== "0.0.0.0" && /^[\w.-]+$/.test(text)) return text;
  throw new InvalidArgumentError(
    "It is a name or an IPv4 address of this machine, not all of them.",
  );
}

const examples = `
EXAMPLES
  # a cloud whose things and jobs are there again after a restart
  xs-ota cloud
  # one for boards in the local network, on ports that they can be told once and for all
  xs-ota cloud --host 192.168.1.2 --mqtts-port 8883 --rest-port 8080
  # one that forgets all, loses every tenth message to devices, and cuts lamp-1 off once
  xs-ota cloud --memory --faults faults.json
  faults.json: {"seed": 7, "rules": [{"kind": "disconnect", "thing": "lamp-1", "times": 1},
                {"kind": "drop", "direction": "to-device", "probability": 0.1}]}`;

/** The arguments of `xs-ota cloud`, whose options get their types from here. */
const cloudArguments = () =>
  new Command("cloud")
    .summary("run a cloud on this machine")
    .description(
      "Runs a cloud on this machine until Ctrl-C: AWS IoT's Jobs and Streams over MQTT, its REST API and S3, and a " +
        "page that shows the fleet. While it runs, the configuration has a profile for it, so that the other " +
        "commands find it.",
    )
    .option("--directory <folder>", "keeps its state", "desk-cloud")
    .option("--memory", "keeps no state: all is gone when it ends")
    .option("--host <name>", "listen on this name or IPv4 address of this machine", place, LOOPBACK)
    .option("--mqtts-port <n>", "MQTT over TLS, 0 for any that is free", port, 0)
    .option("--alpn-port <n>", "MQTT over TLS by ALPN, as on AWS's 443", port, 0)
    .option("--https-port <n>", "the jobs data plane with certificates, as on AWS's 8443", port, 0)
    .option("--plain-mqtt <port>", "also MQTT without TLS, for this machine alone", port)
    .option("--rest-port <n>", "REST, S3 and the page, 0 for any that is free", port, 0)
    .option("--faults <file>", "what goes wrong on the line to devices: docs/protocol.md")
    .option("--name <profile>", "what the profile is called", "desk")
    .addHelpText("after", examples);

type CloudArguments = ReturnType<ReturnType<typeof cloudArguments>["opts"]>;

/** `xs-ota cloud`: a cloud on this machine. */
export function cloudCommand(session: Session): Command {
  return cloudArguments().action(async options => {
    const { output, signal } = session;
    const { cloud, profile } = await open(options, output);
    const configuration = session.options.config ?? "xs-ota.json";
    const { endpoint, rootCertificate, dashboard, mqtts, mqttsAlpn, https, plainMqtt } = cloud;
    const ports = { mqtts, mqttsAlpn, https, plainMqtt };
    const value = { endpoint, rootCertificate, dashboard, ...ports, profile: options.name };
    try {
      saveProfile(configuration, options.name, profile);
      output.result(value, describe(cloud, `"${options.name}" in ${configuration}`));
      if (!signal.aborted) await once(signal, "abort");
    } finally {
      await cloud.close();
      removeProfile(configuration, options.name, profile);
    }
  });
}

async function open(options: CloudArguments, output: Output): Promise<DeskCloud> {
  const { directory, memory, plainMqtt: plainMqttPort, ...ports } = options;
  const faults = options.faults === undefined ? undefined : readFaults(options.faults);
  const state = memory === true ? undefined : directory;
  try {
    const report = (error: unknown): void => void output.fail(error);
    return await openDeskCloud({ ...ports, directory: state, plainMqttPort, faults, report });
  } catch (error) {
    const remedy = "Give another --directory, --host or port, or end what uses it.";
    throw new CliError("tool", `the cloud does not start: ${messageOf(error)}`, remedy, {
      cause: error,
    });
  }
}

function readFaults(path: string): FaultPlan {
  const parsed = faultPlan.safeParse(readJson(path, "the faults"));
  if (parsed.success) return parsed.data;
  throw new CliError(
    "input",
    `the faults ${path}: ${describeIssues(parsed.error)}`,
    "docs/protocol.md lists the kinds and the fields.",
  );
}

function describe({ endpoint, dashboard, ...ports }: DeskCloud["cloud"], profile: string): string {
  const line = (title: string, { host, port }: Listener): string => `${title}${host}:${port}`;
  return [
    `REST and S3    ${endpoint}`,
    line("MQTT over TLS  ", ports.mqtts),
    line("  by ALPN      ", ports.mqttsAlpn),
    line("Jobs by HTTPS  ", ports.https),
    ...(ports.plainMqtt ? [line("Plain MQTT     ", ports.plainMqtt)] : []),
    `Dashboard      ${dashboard}`,
    `Profile        ${profile}`,
  ].join("\n");
}
