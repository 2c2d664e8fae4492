// SPDX-License-Identifier: MIT
import { Command, CommanderError } from "@commander-js/extra-typings";
import { buildCommand } from "./commands/build.js";
import { cancelCommand } from "./commands/cancel.js";
import { cloudCommand } from "./commands/cloud.js";
import { completionCommand } from "./commands/completion.js";
import { demoCommand } from "./commands/demo.js";
import { deployCommand } from "./commands/deploy.js";
import { inspectCommand } from "./commands/inspect.js";
import { jobsCommand } from "./commands/jobs.js";
import { deviceCommand } from "./commands/device.js";
import { keysCommand } from "./commands/keys.js";
import { signCommand } from "./commands/sign.js";
import { thingsCommand } from "./commands/things.js";
import { watchCommand } from "./commands/watch.js";
import { exitCodes } from "./failure.js";
import type { Session } from "./session.js";

const exitCodesHelp = `
EXIT CODES
  0   done as asked
  1   the update ended badly, or what was inspected is not valid
  2   an argument or option is wrong
  3   a file is missing, malformed, or would be overwritten
  4   the cloud refused, or cannot be reached
  5   a tool that is needed is missing or did not run
  70  a defect of xs-ota
  130 Ctrl-C`;

/** All commands, in the order of the help. */
const commands: readonly ((session: Session) => Command)[] = Object.freeze([
  demoCommand,
  cloudCommand,
  keysCommand,
  buildCommand,
  signCommand,
  thingsCommand,
  deployCommand,
  watchCommand,
  jobsCommand,
  cancelCommand,
  deviceCommand,
  inspectCommand,
  completionCommand,
]);

/** Titles of the help as manual pages have them. */
const manTitle = (title: string): string => title.replace(/:$/, "").toUpperCase();

/** `xs-ota` with all its commands. */
function createProgram(session: Session): Command {
  const program = new Command("xs-ota")
    .description("Over-the-air firmware updates for devices that run TypeScript on XS.")
    .option("--profile <name>", "the cloud to use, by its name in the configuration")
    .option("--endpoint <url>", "a desk cloud; without it and a profile, AWS")
    .option("--region <name>", "the AWS region")
    .option("--config <file>", "the configuration, instead of ./xs-ota.json or the user's own")
    .option("--json", "print one JSON value a line")
    .option("--debug", "print stack traces")
    .configureHelp({ showGlobalOptions: true, styleTitle: title => manTitle(title) })
    .addHelpText("afterAll", exitCodesHelp)
    .hook("preAction", command => session.configure(command.opts()));
  for (const create of commands) program.addCommand(create(session));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().copyInheritedSettings(program);
  }
  return program;
}

/**
 * Runs one command line.
 * @param args without the interpreter and the script.
 * @returns the exit code.
 */
export async function runProgram(args: readonly string[], session: Session): Promise<number> {
  try {
    await createProgram(session).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (session.signal.aborted) return exitCodes.interrupted;
    return session.output.fail(error);
  } finally {
    session.close();
  }
}
