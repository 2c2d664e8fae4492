// SPDX-License-Identifier: MIT
import { Argument, Command } from "@commander-js/extra-typings";
import { completionScript, shells } from "../completion.js";
import type { Session } from "../session.js";

const examples = `
EXAMPLES
  xs-ota completion bash > ~/.local/share/bash-completion/completions/xs-ota
  xs-ota completion zsh >> ~/.zshrc
  xs-ota completion fish > ~/.config/fish/completions/xs-ota.fish`;

/** `xs-ota completion`: a script that completes the command line. */
export function completionCommand({ output }: Session): Command {
  const command = new Command("completion")
    .summary("print a shell's completion script")
    .description("Prints the script by which a shell completes commands, options and their values.")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText("after", examples);
  command.action(shell => {
    const script = completionScript(command.parent ?? command, shell);
    output.result({ shell, script }, script.trimEnd());
  });
  return command as unknown as Command;
}
