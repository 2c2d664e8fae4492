// SPDX-License-Identifier: MIT
import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { isDelta } from "xs-ota/delta/header";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { boards, packageRoot } from "../boards.js";
import type { BoardName } from "../boards.js";
import { CliError, messageOf } from "../failure.js";
import { readInput } from "../files.js";
import { reportDelta } from "../report/delta-report.js";
import { reportDocument } from "../report/document-report.js";
import { reportFlash } from "../report/flash-report.js";
import { isFirmware, reportFirmware } from "../report/firmware-report.js";
import { allProblems, formatReport, type Report } from "../report/report.js";
import type { Session } from "../session.js";

const targets = Object.freeze(Object.keys(boards));

const examples = `
EXAMPLES
  xs-ota inspect build/firmware/1.1.0.img --cert keys/code-signing.cert.pem
  # what a device has in its slots, its trailers and its journal
  xs-ota inspect devices/lamp-1.flash
  # what \`deploy --dry-run\` printed
  xs-ota inspect job.json`;

/** `xs-ota inspect`: what a file is, and what is wrong with it. */
export function inspectCommand({ output }: Session): Command {
  return new Command("inspect")
    .summary("look into an image, a delta, a flash file or a job document")
    .description(
      "Says what an image (MCUboot's or ESP-IDF's), a delta, a device's flash file or a job document holds, and what " +
        "is wrong with it. Which of these it is shows in the file. Exits with 1 if something is wrong.",
    )
    .argument("<file>", "an image, a delta, a flash file, or a job document")
    .option("--cert <file>", "the certificate by which an image's signature is checked")
    .addOption(
      new Option("--board <name>", "the machine that a flash file is of")
        .choices(["linux"])
        .default("linux" as const),
    )
    .addHelpText("after", examples)
    .action((file, { cert, board }) => {
      const report = reportFile(readInput(file, "the file"), cert, board);
      output.result(report, formatReport(report));
      const [first, ...more] = allProblems(report);
      if (first === undefined) return;
      const rest = more.length === 0 ? "" : `, and ${more.length} more`;
      throw new CliError("unsuccessful", `${file}: ${first}${rest}`);
    }) as unknown as Command;
}

function reportFile(bytes: Uint8Array, cert: string | undefined, board: BoardName): Report {
  if (isFirmware(bytes)) {
    const trusted = cert === undefined ? [] : [publicKeyOf(cert)];
    return reportFirmware({ kind: "image", bytes, trusted, targets });
  }
  if (isDelta(bytes)) return reportDelta(bytes, targets);
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith("{")) return reportDocument(new TextDecoder().decode(bytes));
  return reportFlash(bytes, readFlashMap(join(packageRoot, boards[board].flashMap)), targets);
}

function publicKeyOf(path: string): KeyObject {
  try {
    return createPublicKey(Buffer.from(readInput(path, "the certificate")));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("input", `the certificate ${path} does not parse: ${messageOf(error)}`);
  }
}
