// SPDX-License-Identifier: MIT
import { Command } from "@commander-js/extra-typings";
import { makeSignedDelta } from "../delta.js";
import { readInput } from "../files.js";
import { writeSignedImage } from "../firmware.js";
import type { Session } from "../session.js";

const examples = `
EXAMPLES
  xs-ota delta build/firmware/1.0.0.img build/firmware/1.1.0.img --key keys/code-signing.key.pem
  xs-ota deploy build/firmware/1.1.0.img.delta --group lamps-on-1.0.0`;

/** `xs-ota delta`: what is new in an image, for devices that run another one. */
export function deltaCommand({ output }: Session): Command {
  return new Command("delta")
    .summary("make a small file that turns one image into another")
    .description(
      "Writes a VCDIFF (RFC 3284) with what is new in an image, and <out>.sig, its signature for the job document. " +
        "`deploy` sends it like an image. A device that runs the old image makes the new one from it, in its spare " +
        "slot; any other device refuses it and keeps what it runs. Images of ESP-IDF have no deltas.",
    )
    .argument("<old>", "the image that devices run")
    .argument("<new>", "the image that they are to run, signed")
    .requiredOption("--key <file>", "the private code-signing key")
    .option("--out <file>", "the delta (default: <new>.delta)")
    .addHelpText("after", examples)
    .action((oldPath, newPath, { key, out = `${newPath}.delta` }) => {
      const remedy = "`xs-ota build` makes one.";
      const base = readInput(oldPath, "the old image", remedy);
      const next = readInput(newPath, "the new image", remedy);
      const delta = makeSignedDelta(base, next, key);
      writeSignedImage(out, delta);
      const { scheme, signature, bytes } = delta;
      const share = ((100 * bytes.length) / next.length).toFixed(1);
      const value = { delta: out, size: bytes.length, imageSize: next.length, scheme, signature };
      output.result(
        value,
        `${out}: ${bytes.length} bytes, ${share} % of the image's ${next.length}`,
      );
    }) as unknown as Command;
}
