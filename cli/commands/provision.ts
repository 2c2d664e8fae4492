// SPDX-License-Identifier: MIT
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { identityOptions, makeIdentity } from "../device-identity.js";
import { createFiles, readInput, replaceFile } from "../files.js";
import { thingName } from "../options.js";
import {
  type Provision,
  type ProvisionedBoard,
  provisionedBoards,
  provisioners,
} from "../provisioning.js";
import type { Session } from "../session.js";

const examples = `
Writes one file, readable by you alone, for the device's private key is in it:
  esp32              the partition \`data\`; mcconfig flashes the rest
  nrf52              all that a new board needs, for its USB drive
  the other boards   a whole flash for \`xs-ota device\`

EXAMPLES
  # an ESP32 with 4 MB of flash, on AWS; its TLS takes RSA keys only
  xs-ota things add lamp-1 --key-type rsa-2048
  xs-ota provision --board esp32 --thing lamp-1 --cert keys/code-signing.cert.pem
  # another flash size, and without asking the cloud anything
  xs-ota provision --board esp32 --thing lamp-1 --cert keys/code-signing.cert.pem \\
    --partitions hosts/esp32/partitions/8mb.csv --connect example-ats.iot.eu-west-1.amazonaws.com:8883
  # an nRF52840 with its first image
  xs-ota provision --board nrf52 --thing lamp-1 --cert keys/code-signing.cert.pem --image 1.0.0.img`;

/** The arguments of `xs-ota provision`, whose options get their types from here. */
const provisionArguments = () =>
  new Command("provision")
    .summary("make what turns a board into a device of yours")
    .description(
      "Makes what a new board is flashed with to become a device: its name, where it connects and with which " +
        "certificates, and the code-signing certificate that it trusts. Says how to flash it.",
    )
    .requiredOption("--thing <name>", "what the device is called", thingName)
    .addOption(
      new Option("--board <name>", "what it is").choices(provisionedBoards).makeOptionMandatory(),
    )
    .addOption(identityOptions.cert().makeOptionMandatory())
    .addOption(identityOptions.certfile())
    .addOption(identityOptions.things())
    .addOption(identityOptions.connect())
    .addOption(identityOptions.root())
    .addOption(identityOptions.plainMqtt())
    .option("--image <file>", "the signed image that it starts with; not for esp32")
    .option("--partitions <file>", "esp32: its partition table (default: that of 4 MB)")
    .option("--out <file>", "the file (default: devices/<thing>.<what it is>)")
    .option("--force", "write over a file that is there")
    .addHelpText("after", examples);

/** `xs-ota provision`: makes what turns a board into a device. */
export function provisionCommand(session: Session): Command {
  return provisionArguments().action(async options => {
    const { thing, board, image, partitions, force } = options;
    const { extension, keyKind, provision } = provisioners[board];
    const made = provision({
      identity: await makeIdentity(session, options, keyKind),
      partitions,
      image:
        image === undefined
          ? undefined
          : readInput(image, "the image", "`xs-ota build` or `xs-ota pack` makes one."),
    });
    const file = options.out ?? join("devices", `${thing}.${extension}`);
    const written = { path: file, content: made.content, mode: 0o600 };
    if (force === true) replaceFile(written);
    else createFiles([written], "Give --force, or another --out.");
    tell(session, { thing, board, file, made });
  });
}

interface Made {
  readonly thing: string;
  readonly board: ProvisionedBoard;
  readonly file: string;
  readonly made: Provision;
}

function tell({ output }: Session, { thing, board, file, made }: Made): void {
  const { content, partition } = made;
  const steps = made.steps(file);
  const size = content.length;
  const place = partition && `, partition ${partition.name} at 0x${partition.offset.toString(16)}`;
  const value = { thing, board, file, size, partition, steps };
  output.result(value, [`${file}: ${size} bytes${place ?? ""}`, ...steps].join("\n  "));
}
