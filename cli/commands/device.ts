// SPDX-License-Identifier: MIT
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { needBuilt } from "../board-build.js";
import { boardNames, boards } from "../boards.js";
import { makeIdentity, identityOptions } from "../device-identity.js";
import { startDevice } from "../device-process.js";
import { CliError } from "../failure.js";
import { readInput, replaceFile } from "../files.js";
import { thingName } from "../options.js";
import { provisioners, type NewDevice, type Provisioner } from "../provisioning.js";
import type { Session } from "../session.js";

const examples = `
EXAMPLES
  # a new device on the cloud that \`xs-ota cloud\` started
  xs-ota things add lamp-1 --profile desk
  xs-ota device --profile desk --thing lamp-1 --image build/app-1.0.0.img --cert keys/code-signing.cert.pem
  # the same device again, where it was
  xs-ota device --thing lamp-1`;

/** The arguments of `xs-ota device`, whose options get their types from here. */
const deviceArguments = () =>
  new Command("device")
    .summary("run a device on this machine")
    .description(
      "Runs a device as a process on this machine, its flash in a file, and shows its console until Ctrl-C. " +
        "A flash file that is there is used as it is, so the device goes on where it was; with --image a new " +
        "one is made, as `xs-ota provision` makes it with the same options. A machine that is not built yet is built.",
    )
    .requiredOption("--thing <name>", "what the device is called", thingName)
    .addOption(
      new Option("--board <name>", "the machine to run")
        .choices(boardNames)
        .default("linux" as const),
    )
    .option("--flash <file>", "its flash (default: devices/<thing>.flash)")
    .option("--image <file>", "make a new flash, with this signed image in it")
    .addOption(identityOptions.cert())
    .addOption(identityOptions.certfile())
    .addOption(identityOptions.things())
    .addOption(identityOptions.connect())
    .addOption(identityOptions.root())
    .addOption(identityOptions.plainMqtt())
    .addHelpText("after", examples);

type DeviceOptions = ReturnType<ReturnType<typeof deviceArguments>["opts"]>;

/** `xs-ota device`: runs a device on this machine. */
export function deviceCommand(session: Session): Command {
  return deviceArguments().action(async options => {
    const board = boards[options.board];
    const flash = options.flash ?? join("devices", `${options.thing}.flash`);
    const { output, signal } = session;
    checkFlash(flash, options);
    const contents = await readContents(session, options);
    await needBuilt(board, session);
    if (contents !== undefined) makeFlash(flash, provisioners[options.board], contents);
    signal.throwIfAborted();
    const onLine = (line: string): void => output.result({ console: line }, line);
    const device = startDevice({ board, flash, onLine });
    signal.addEventListener("abort", () => void device.stop());
    const code = await device.ended;
    signal.throwIfAborted();
    if (code !== 0) throw new CliError("unsuccessful", `the device ended with ${String(code)}`);
  });
}

/** @throws CliError "usage" when there is no flash, and not all that a new one needs. */
function checkFlash(path: string, { image, cert }: DeviceOptions): void {
  if (image === undefined && !existsSync(path)) {
    throw new CliError("usage", `there is no flash file ${path}`, "Give --image to make one.");
  }
  if (image !== undefined && cert === undefined) {
    const remedy = "Give the certificate that `xs-ota keys` made.";
    throw new CliError("usage", "a new flash needs --cert", remedy);
  }
}

/** What the new flash is to have in it that `--image` asks for. @throws CliError "input", "cloud". */
async function readContents(
  session: Session,
  options: DeviceOptions,
): Promise<NewDevice | undefined> {
  const { image: path, cert } = options;
  if (path === undefined || cert === undefined) return undefined;
  const image = readInput(path, "the image", "`xs-ota build` makes one.");
  const { keyKind } = provisioners[options.board];
  return { identity: await makeIdentity(session, { ...options, cert }, keyKind), image };
}

/** @throws CliError "input" when something does not fit. */
function makeFlash(path: string, { provision }: Provisioner, contents: NewDevice): void {
  const { content } = provision(contents);
  replaceFile({ path, content });
}
