// SPDX-License-Identifier: MIT
import { Command } from "@commander-js/extra-typings";
import { readInput } from "../files.js";
import { signFirmware, writeSignedImage } from "../firmware.js";
import type { Session } from "../session.js";

/** `xs-ota sign`: signs an image that is there. */
export function signCommand({ output }: Session): Command {
  return new Command("sign")
    .summary("sign an image, or sign it anew with another key")
    .description(
      "Signs an image twice: in the image for the bootloader, which checks it before it swaps and before it " +
        "starts; and over the whole file for the job document, which the agent checks over the bytes on the " +
        "flash. The latter is written to <out>.sig, where `deploy` finds it.",
    )
    .argument("<image>", "an MCUboot image, signed or not")
    .requiredOption("--key <file>", "the private code-signing key")
    .option("--out <file>", "the signed image (default: over the one given)")
    .action((image, { key, out = image }) => {
      const bytes = readInput(image, "the image", "`xs-ota build` makes one.");
      const signed = signFirmware(bytes, key, image);
      writeSignedImage(out, signed);
      const { scheme, signature } = signed;
      output.result({ image: out, scheme, signature }, `${out}\n${scheme} ${signature}`);
    }) as unknown as Command;
}
