// SPDX-License-Identifier: MIT
import { Command, CommanderError } from "@commander-js/extra-typings";
import { keysCommand } from "./commands/keys.js";
import { exitCodes } from "./failure.js";
import type { Output } from "./output.js";

const exitCodesHelp = `
Exit codes:
  0   done as asked
  1   the update ended badly, or what was inspected is not valid
  2   an argument or option is wrong
  3   a file is missing, malformed, or would be overwritten
  4   the cloud refused, or cannot be reached
  5   a tool that is needed is missing or did not run
  70  a defect of xs-ota
  130 Ctrl-C`;

/** `xs-ota` with all its commands. */
function createProgram(output: Output): Command {
  const program = new Command("xs-ota")
    .description("Over-the-air firmware updates for devices that run TypeScript on XS.")
    .option("--json", "print one JSON value a line")
    .option("--debug", "print stack traces")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", exitCodesHelp)
    .hook("preAction", command => {
      const { json = false, debug = false } = command.opts();
      output.configure({ json, debug });
    });
  for (const command of [keysCommand(output)]) program.addCommand(command);
  for (const command of [program, ...program.commands]) command.exitOverride();
  return program;
}

/**
 * Runs one command line.
 * @param args without the interpreter and the script.
 * @returns the exit code.
 */
export async function runProgram(args: readonly string[], output: Output): Promise<number> {
  try {
    await createProgram(output).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    return output.fail(error);
  }
}
