// SPDX-License-Identifier: MIT
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { formatUf2 } from "xs-ota/toolchain/uf2";
import { packageRoot } from "../boards.js";
import { CliError } from "../failure.js";
import { readJson } from "../files.js";
import { packMachineCode, signFirmware, writeSignedImage } from "../firmware.js";
import { makeFlashImage, needFits, readBootloader, type DeviceIdentity } from "../flash-image.js";
import { wholeNumber } from "../options.js";
import { sdkBoardNames, sdkBoards, type SdkBoard } from "../sdk-boards.js";
import type { Session } from "../session.js";

const examples = `
EXAMPLES
  # what mcconfig built, as an update
  xs-ota pack xs_nrf52.hex --version 1.1.0 --key keys/code-signing.key.pem --out 1.1.0.img
  # and, to begin with, all that a new device needs, for its USB drive
  xs-ota pack xs_nrf52.hex --version 1.0.0 --key keys/code-signing.key.pem --out 1.0.0.img \\
    --identity identity.json --uf2 device.uf2`;

/** The arguments of `xs-ota pack`, whose options get their types from here. */
const packArguments = () =>
  new Command("pack")
    .summary("make a signed image of what mcconfig built")
    .description(
      "Packs the machine code that the Moddable SDK's mcconfig leaves as an MCUboot image and signs it, for boards " +
        "that our bootloader starts. Beside the image goes <image>.sig, the signature for the job document.",
    )
    .argument("<hex>", "the machine code, Intel HEX")
    .requiredOption("--version <version>", "such as 1.2.3")
    .requiredOption("--key <file>", "the private code-signing key")
    .requiredOption("--out <file>", "the image")
    .option("--security-counter <n>", "devices never go back below it", wholeNumber(0, 0xffff_ffff))
    .option("--target <name>", "the only kind of device that may run it (default: any)")
    .option("--identity <file>", 'with --uf2: who the device is, docs/flash-format.md, "Data"')
    .option("--uf2 <file>", "also bootloader, keys, identity and image, for a new device")
    .addOption(
      new Option("--board <name>", "the machine it is for")
        .choices(sdkBoardNames)
        .default("nrf52" as const),
    )
    .addHelpText("after", examples);

/** `xs-ota pack`: makes a signed image of what mcconfig built. */
export function packCommand({ output }: Session): Command {
  return packArguments().action((hex, options) => {
    const { version, key, out, securityCounter, target, identity, uf2 } = options;
    const board: SdkBoard = sdkBoards[options.board];
    const image = packMachineCode(board, { hex, version, securityCounter, target });
    const signed = signFirmware(image, key);
    needFits(readFlashMap(join(packageRoot, board.flashMap)), signed.bytes);
    writeSignedImage(out, signed);
    if (uf2 !== undefined) writeUf2(board, { path: uf2, image: signed.bytes, identity });
    const value = { image: out, version, size: signed.bytes.length, uf2 };
    output.result(value, `${out}: version ${version}, ${signed.bytes.length} bytes`);
  }) as unknown as Command;
}

interface NewDevice {
  readonly path: string;
  readonly image: Uint8Array;
  readonly identity: string | undefined;
}

/** @throws CliError "usage", "input". */
function writeUf2(board: SdkBoard, { path, image, identity }: NewDevice): void {
  if (identity === undefined) {
    throw new CliError(
      "usage",
      "a new device needs --identity",
      "Give the JSON that says who it is.",
    );
  }
  const contents = {
    identity: readJson(identity, "the identity") as DeviceIdentity,
    image,
    ...readBootloader(board),
  };
  const flash = makeFlashImage(readFlashMap(join(packageRoot, board.flashMap)), contents);
  const { flashAddress: address, uf2Family: family, internalSize } = board;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, formatUf2(flash.subarray(0, internalSize), { address, family }));
}
