// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { boardNames, boards, packageRoot } from "../boards.js";
import type { Board } from "../boards.js";
import { secureConnection } from "../device-endpoint.js";
import { startDevice } from "../device-process.js";
import { CliError } from "../failure.js";
import { readInput } from "../files.js";
import { makeFlashImage, readBootloader, type DeviceIdentity } from "../flash-image.js";
import type { Session } from "../session.js";
import { readThingFiles, thingFiles, THINGS_FOLDER } from "../thing-files.js";

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
        "one is made.",
    )
    .requiredOption("--thing <name>", "what the device is called")
    .addOption(
      new Option("--board <name>", "the machine to run")
        .choices(boardNames)
        .default("linux" as const),
    )
    .option("--flash <file>", "its flash (default: devices/<thing>.flash)")
    .option("--image <file>", "make a new flash, with this signed image in it")
    .option("--cert <file>", "with --image: the code-signing certificate it trusts")
    .option("--certfile <name>", "with --image: what it calls that certificate", "code-signing")
    .option(
      "--things <folder>",
      "with --image: where `xs-ota things add` put its certificate and key",
      THINGS_FOLDER,
    )
    .option(
      "--plain-mqtt <host:port>",
      "with --image: connect there, without TLS (default: with TLS, where the profile's cloud says)",
      hostPort,
    )
    .addHelpText("after", examples);

type DeviceOptions = ReturnType<ReturnType<typeof deviceArguments>["opts"]>;

/** `xs-ota device`: runs a device on this machine. */
export function deviceCommand(session: Session): Command {
  return deviceArguments().action(async options => {
    const board = boards[options.board];
    const flash = options.flash ?? join("devices", `${options.thing}.flash`);
    await prepareFlash(session, board, flash, options);
    checkBuilt(board);
    const { output, signal } = session;
    const onLine = (line: string): void => output.result({ console: line }, line);
    const device = startDevice({ board, flash, onLine });
    signal.addEventListener("abort", () => void device.stop());
    const code = await device.ended;
    signal.throwIfAborted();
    if (code !== 0) throw new CliError("unsuccessful", `the device ended with ${String(code)}`);
  });
}

/** Makes the flash file if `--image` asks for it. @throws CliError "input", "usage", "cloud". */
async function prepareFlash(
  session: Session,
  board: Board,
  path: string,
  options: DeviceOptions,
): Promise<void> {
  const { image, cert } = options;
  if (image === undefined) {
    if (existsSync(path)) return;
    throw new CliError("usage", `there is no flash file ${path}`, "Give --image to make one.");
  }
  if (cert === undefined) throw missing("--cert", "the certificate that `xs-ota keys` made");
  const pem = new TextDecoder().decode(readInput(cert, "the certificate"));
  const identity = {
    thingName: options.thing,
    certificates: { [options.certfile]: pem },
    ...(await connectionOf(session, options)),
  };
  const map = readFlashMap(join(packageRoot, board.flashMap));
  const bytes = makeFlashImage(map, {
    identity,
    image: readInput(image, "the image"),
    ...readBootloader(board),
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** How a new device connects. @throws CliError "input" without its certificate or key; "usage", "cloud". */
async function connectionOf(
  session: Session,
  { thing, things, plainMqtt }: DeviceOptions,
): Promise<Pick<DeviceIdentity, "endpoint" | "tls">> {
  if (plainMqtt !== undefined) return { endpoint: plainMqtt };
  const credentials = readThingFiles(thingFiles(things, thing));
  return secureConnection(session.openAws(), session.profile, credentials);
}

const missing = (option: string, what: string): CliError =>
  new CliError("usage", `a new flash needs ${option}`, `Give ${option}, ${what}.`);

/** @throws CliError "tool" when the machine is not built. */
function checkBuilt({ executable, makeTarget }: Board): void {
  const path = join(packageRoot, executable);
  if (existsSync(path)) return;
  throw new CliError(
    "tool",
    `${path} is not built`,
    `Run \`make ${makeTarget}\` in ${packageRoot}.`,
  );
}

function hostPort(text: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65535) {
    return { host, port: Number(port) };
  }
  throw new InvalidArgumentError("It is host:port, as in 127.0.0.1:1883.");
}
