// SPDX-License-Identifier: MIT
import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  type Help,
} from "@commander-js/extra-typings";
import { buildCommand } from "./commands/build.js";
import { cancelCommand } from "./commands/cancel.js";
import { cloudCommand } from "./commands/cloud.js";
import { completionCommand } from "./commands/completion.js";
import { deltaCommand } from "./commands/delta.js";
import { demoCommand } from "./commands/demo.js";
import { deployCommand } from "./commands/deploy.js";
import { gatewayCommand } from "./commands/gateway.js";
import { inspectCommand } from "./commands/inspect.js";
import { jobsCommand } from "./commands/jobs.js";
import { packCommand } from "./commands/pack.js";
import { provisionCommand } from "./commands/provision.js";
import { deviceCommand } from "./commands/device.js";
import { keysCommand } from "./commands/keys.js";
import { signCommand } from "./commands/sign.js";
import { thingsCommand } from "./commands/things.js";
import { watchCommand } from "./commands/watch.js";
import { CliError, exitCodes } from "./failure.js";
import { ManualHelp } from "./help.js";
import { deskEndpoint } from "./options.js";
import type { Session } from "./session.js";

const files = `
FILES
  ./xs-ota.json, ~/.config/xs-ota/config.json   the configuration: docs/cli.md
  keys/, things/, devices/, desk-cloud/         what \`keys\`, \`things add\`, \`device\` and \`cloud\` keep

ENVIRONMENT
  AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, …  as AWS's own tools take them, when no profile says otherwise
  XDG_CONFIG_HOME                                where the user's own configuration is, instead of ~/.config

EXAMPLES
  xs-ota demo                # three updates on this machine
  xs-ota help deploy         # all about a command`;

const exitCodesHelp = `
EXIT STATUS
  0   done as asked
  1   the update ended badly, or what was inspected is not valid
  2   an argument or option is wrong
  3   a file is missing, malformed, or would be overwritten
  4   the cloud refused, or cannot be reached
  5   a tool that is needed is missing or did not run
  70  a defect of xs-ota
  130 Ctrl-C, SIGTERM, or its terminal was closed`;

/** All commands, in the order of the help. */
const commands: readonly ((session: Session) => Command)[] = Object.freeze([
  demoCommand,
  cloudCommand,
  keysCommand,
  buildCommand,
  signCommand,
  deltaCommand,
  packCommand,
  thingsCommand,
  provisionCommand,
  deployCommand,
  watchCommand,
  jobsCommand,
  cancelCommand,
  deviceCommand,
  gatewayCommand,
  inspectCommand,
  completionCommand,
]);

/** `xs-ota` with all its commands. */
function createProgram(session: Session): Command {
  const program = new Command("xs-ota")
    .description("Over-the-air firmware updates for devices that run TypeScript on XS.")
    .option("--profile <name>", "the cloud to use, by its name in the configuration")
    .option("--endpoint <url>", "a desk cloud; without it and a profile, AWS", deskEndpoint)
    .option("--region <name>", "the AWS region")
    .option("--config <file>", "the configuration, instead of ./xs-ota.json or the user's own")
    .option("--json", "print one JSON value a line")
    .option("--debug", "print stack traces")
    // its errors are told as all others are
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", files)
    .addHelpText("afterAll", exitCodesHelp)
    .hook("preAction", command => session.configure(command.opts()));
  for (const create of commands) program.addCommand(create(session));
  inherit(program, program);
  return program;
}

/** Commands that were made by themselves take over what the program says of help and errors. */
function inherit(command: CommandUnknownOpts, program: CommandUnknownOpts): void {
  command.exitOverride().copyInheritedSettings(program);
  command.createHelp = () => new ManualHelp() as unknown as Help;
  for (const one of command.commands) inherit(one, program);
}

/** What the parser refuses: its message, without the "error: " before it. */
function usageError(
  { message }: CommanderError,
  program: Command,
  args: readonly string[],
): CliError {
  const command = program.commands.find(one => args.includes(one.name()));
  const remedy =
    command === undefined
      ? "`xs-ota help` lists the commands."
      : `\`xs-ota help ${command.name()}\` says what it takes.`;
  return new CliError("usage", message.replace(/^error: /, ""), remedy);
}

/**
 * Runs one command line.
 * @param args without the interpreter and the script.
 * @returns the exit code.
 */
export async function runProgram(args: readonly string[], session: Session): Promise<number> {
  const program = createProgram(session);
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // the help was shown instead, since no command was given
      if (error.code === "commander.help") return exitCodes.usage;
      session.output.configure({ json: args.includes("--json"), debug: false });
      return session.output.fail(usageError(error, program, args));
    }
    if (session.signal.aborted) return exitCodes.interrupted;
    return session.output.fail(error);
  } finally {
    session.close();
  }
}
