// SPDX-License-Identifier: MIT
import type { CommandUnknownOpts } from "@commander-js/extra-typings";

/** Shells that a completion script is written for. */
export const shells = Object.freeze(["bash", "zsh", "fish"] as const);
export type Shell = (typeof shells)[number];

/** What can be typed after a command: its options, and its subcommands or the words it takes. */
interface Words {
  readonly command: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly text: string }[];
  readonly choices: ReadonlyMap<string, readonly string[]>;
}

function wordsOf(command: CommandUnknownOpts, program: CommandUnknownOpts): Words {
  const all = [...command.options, ...program.options];
  const flags = all.map(({ long, description }) => ({ flag: String(long), text: description }));
  return {
    command: command.name(),
    summary: command.summary() || command.description(),
    options: [...flags, { flag: "--help", text: "display help" }],
    choices: new Map(all.map(({ long, argChoices }) => [String(long), argChoices ?? []])),
  };
}

/** The script that completes the command line of `program` in a shell. */
export function completionScript(program: CommandUnknownOpts, shell: Shell): string {
  const words = program.commands.map(command => wordsOf(command, program));
  const name = program.name();
  if (shell === "fish") return fishScript(name, words);
  const script = bashScript(name, words);
  return shell === "zsh" ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script;
}

/** Files are completed where nothing else is known. */
function bashScript(name: string, words: readonly Words[]): string {
  const choices = words.flatMap(({ command, choices }) =>
    [...choices]
      .filter(([, list]) => list.length > 0)
      .map(([flag, list]) => `    "${command} ${flag}") words="${list.join(" ")}" ;;`),
  );
  const options = words.map(
    ({ command, options }) =>
      `      ${command}) words="${options.map(({ flag }) => flag).join(" ")}" ;;`,
  );
  return `_xs_ota() {
  local command="\${COMP_WORDS[1]}" current="\${COMP_WORDS[COMP_CWORD]}" words=""
  case "$command \${COMP_WORDS[COMP_CWORD-1]}" in
${choices.join("\n")}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${words.map(({ command }) => command).join(" ")} help"
  elif [ "\${current#-}" != "$current" ]; then
    case "$command" in
${options.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _xs_ota ${name}
`;
}

function fishScript(name: string, words: readonly Words[]): string {
  const quote = (text: string): string => `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
  const lines = words.flatMap(({ command, summary, options, choices }) => [
    `complete -c ${name} -n __fish_use_subcommand -a ${command} -d ${quote(summary)}`,
    ...options.map(({ flag, text }) => {
      const list = choices.get(flag) ?? [];
      const values = list.length === 0 ? "" : ` -x -a ${quote(list.join(" "))}`;
      const where = `-n '__fish_seen_subcommand_from ${command}'`;
      return `complete -c ${name} ${where} -l ${flag.slice(2)} -d ${quote(text)}${values}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}
