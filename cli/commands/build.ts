// SPDX-License-Identifier: MIT
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { needBuilt } from "../board-build.js";
import { boardNames, boards, packageRoot } from "../boards.js";
import { readInput } from "../files.js";
import {
  buildFirmware,
  manifestVersion,
  readSigningKey,
  signFirmware,
  writeSignedImage,
} from "../firmware.js";
import { needFits } from "../flash-image.js";
import { imageVersion, wholeNumber } from "../options.js";
import type { Session } from "../session.js";

const examples = `
EXAMPLES
  xs-ota build examples/thread/manifest.json --key keys/code-signing.key.pem
  xs-ota build app/manifest.json --key keys/code-signing.key.pem --version 1.1.0 --set color=red`;

/** The arguments of `xs-ota build`, whose options get their types from here. */
const buildArguments = () =>
  new Command("build")
    .summary("compile an application into a signed image")
    .description(
      "Compiles an application, as its manifest.json has it, to XS bytecode, packs it as an MCUboot image and " +
        "signs it. Beside the image goes <image>.sig, the signature for the job document.",
    )
    .argument("<manifest>", "the application's manifest.json")
    .requiredOption("--key <file>", "the private code-signing key")
    .option(
      "--version <version>",
      "such as 1.2.3 (default: the manifest's config.version)",
      imageVersion,
    )
    .option("--out <file>", "the image (default: build/firmware/<version>.img)")
    .option("--set <name=value>", "goes over the manifest's config; repeatable", setting)
    .option("--security-counter <n>", "devices never go back below it", wholeNumber(0, 0xffff_ffff))
    .option("--target <name>", "the only kind of device that may run it (default: any)")
    .addOption(
      new Option("--board <name>", "the machine to build for")
        .choices(boardNames)
        .default("linux" as const),
    )
    .addHelpText("after", examples);

/** `xs-ota build`: compiles an application into a signed image. */
export function buildCommand(session: Session): Command {
  return buildArguments().action(async (manifest, options) => {
    const { board, set: config = {}, key, target, securityCounter } = options;
    readInput(manifest, "the manifest");
    readSigningKey(key);
    const version = options.version ?? manifestVersion(manifest);
    const out = options.out ?? join("build", "firmware", `${version}.img`);
    await needBuilt(boards[board], session);
    const firmware = { manifest, platform: board, version, config, securityCounter, target, out };
    const signed = signFirmware(buildFirmware(firmware), key);
    needFits(readFlashMap(join(packageRoot, boards[board].flashMap)), signed.bytes);
    writeSignedImage(out, signed);
    const { scheme, signature, bytes } = signed;
    const value = { image: out, version, size: bytes.length, scheme, signature };
    session.output.result(value, `${out}: version ${version}, ${bytes.length} bytes`);
  }) as unknown as Command;
}

/** `name=value`, the value as JSON if it is JSON, else as text. */
function setting(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("It is name=value, as in color=red.");
  return { ...before, [name]: jsonOr(value) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
