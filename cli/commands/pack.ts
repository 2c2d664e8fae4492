// SPDX-License-Identifier: MIT
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { packageRoot } from "../boards.js";
import { packMachineCode, signFirmware, writeSignedImage } from "../firmware.js";
import { needFits } from "../flash-image.js";
import { imageVersion, wholeNumber } from "../options.js";
import { sdkBoardNames, sdkBoards, type SdkBoard } from "../sdk-boards.js";
import type { Session } from "../session.js";

const examples = `
EXAMPLES
  # what mcconfig built, as an update, or for \`xs-ota provision\` as what a new board starts with
  xs-ota pack xs_nrf52.hex --version 1.1.0 --key keys/code-signing.key.pem --out 1.1.0.img`;

/** The arguments of `xs-ota pack`, whose options get their types from here. */
const packArguments = () =>
  new Command("pack")
    .summary("make a signed image of what mcconfig built")
    .description(
      "Packs the machine code that the Moddable SDK's mcconfig leaves as an MCUboot image and signs it, for boards " +
        "that our bootloader starts. Beside the image goes <image>.sig, the signature for the job document.",
    )
    .argument("<hex>", "the machine code, Intel HEX")
    .requiredOption("--version <version>", "such as 1.2.3", imageVersion)
    .requiredOption("--key <file>", "the private code-signing key")
    .requiredOption("--out <file>", "the image")
    .option("--security-counter <n>", "devices never go back below it", wholeNumber(0, 0xffff_ffff))
    .option("--target <name>", "the only kind of device that may run it (default: any)")
    .addOption(
      new Option("--board <name>", "the machine it is for")
        .choices(sdkBoardNames)
        .default("nrf52" as const),
    )
    .addHelpText("after", examples);

/** `xs-ota pack`: makes a signed image of what mcconfig built. */
export function packCommand({ output }: Session): Command {
  return packArguments().action((hex, options) => {
    const { version, key, out, securityCounter, target } = options;
    const board: SdkBoard = sdkBoards[options.board];
    const image = packMachineCode(board, { hex, version, securityCounter, target });
    const signed = signFirmware(image, key);
    needFits(readFlashMap(join(packageRoot, board.flashMap)), signed.bytes);
    writeSignedImage(out, signed);
    const value = { image: out, version, size: signed.bytes.length };
    output.result(value, `${out}: version ${version}, ${signed.bytes.length} bytes`);
  }) as unknown as Command;
}
