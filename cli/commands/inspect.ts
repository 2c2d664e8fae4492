// SPDX-License-Identifier: MIT
import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { flashSize, type FlashMap } from "xs-ota/common/flash-map";
import { isDelta } from "xs-ota/delta/header";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { boardNames, boards, packageRoot, type Board, type BoardName } from "../boards.js";
import { CliError, messageOf } from "../failure.js";
import { readInput } from "../files.js";
import { trustedKeysOffset } from "../flash-image.js";
import { reportDelta } from "../report/delta-report.js";
import { reportDocument } from "../report/document-report.js";
import { reportFlash } from "../report/flash-report.js";
import { isFirmware, reportFirmware } from "../report/firmware-report.js";
import { allProblems, formatReport, ReportWriter, type Report } from "../report/report.js";
import type { Session } from "../session.js";

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
      new Option(
        "--board <name>",
        "the machine that a flash file is of (default: by its size)",
      ).choices(boardNames),
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

function reportFile(bytes: Uint8Array, cert?: string, board?: BoardName): Report {
  if (isFirmware(bytes)) {
    const trusted = cert === undefined ? [] : [publicKeyOf(cert)];
    return reportFirmware({ kind: "image", bytes, trusted, targets: boardNames });
  }
  if (isDelta(bytes)) return reportDelta(bytes, boardNames);
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  if (start.startsWith("{")) return reportDocument(new TextDecoder().decode(bytes));
  return reportFlashFile(bytes, board ?? boardOfSize(bytes.length));
}

const mapOf = ({ flashMap }: Board): FlashMap => readFlashMap(join(packageRoot, flashMap));

/** The board whose flash file has so many bytes: as it is made, or as its emulator extends it. */
const boardOfSize = (size: number): BoardName | undefined =>
  boardNames.find(name => {
    const board: Board = boards[name];
    return size === flashSize(mapOf(board)) || size === board.emulator?.flashFileSize;
  });

function reportFlashFile(bytes: Uint8Array, name: BoardName | undefined): Report {
  if (name === undefined) return reportUnknown(bytes.length);
  const board: Board = boards[name];
  const map = mapOf(board);
  const isExtended = bytes.length === board.emulator?.flashFileSize;
  const flash = isExtended ? bytes.subarray(0, flashSize(map)) : bytes;
  const keysOffset = board.bootloader === undefined ? 0 : trustedKeysOffset(map);
  const report = reportFlash(flash, map, boardNames, keysOffset);
  return { ...report, facts: { board: name, ...report.facts } };
}

function reportUnknown(size: number): Report {
  const writer = new ReportWriter("file");
  writer.fact("size", `${size} bytes`);
  writer.problem("it is no image, delta or job document, and no board's flash has its size");
  return writer.finish();
}

function publicKeyOf(path: string): KeyObject {
  try {
    return createPublicKey(Buffer.from(readInput(path, "the certificate")));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("input", `the certificate ${path} does not parse: ${messageOf(error)}`);
  }
}
