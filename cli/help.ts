// SPDX-License-Identifier: MIT
import { type Command, Help, type Option } from "commander";

/** Help in the sections of a manual page. Source: man-pages(7), "Sections within a manual page". */
export class ManualHelp extends Help {
  override showGlobalOptions = true;

  override styleTitle(title: string): string {
    return title.replace(/:$/, "").toUpperCase();
  }

  /** An option that the command has itself is not told twice. */
  override visibleGlobalOptions(command: Command): Option[] {
    const own = new Set(command.options.map(option => option.long));
    return super.visibleGlobalOptions(command).filter(option => !own.has(option.long));
  }

  /** Commander's own begins with "Usage: …" and the description; a manual page begins with the name. */
  override formatHelp(command: Command, helper: Help): string {
    const own = super.formatHelp(command, helper);
    const width = helper.helpWidth ?? 80;
    const indented = (text: string): string =>
      helper.boxWrap(text, width - 2).replace(/^(?=.)/gm, "  ");
    const usage = helper.commandUsage(command);
    const description = command.description();
    const summary = command.summary() || description.replace(/\.$/, "");
    const name = usage.replace(/ [[<].*$/, "");
    const lists = own.split("\n\n").filter(part => /^[A-Z][A-Z ]+\n/.test(part));
    return [
      `NAME\n${indented(`${name} - ${summary}`)}`,
      `SYNOPSIS\n${indented(usage)}`,
      `DESCRIPTION\n${indented(description)}`,
      ...lists.map(list => list.trimEnd()),
    ]
      .join("\n\n")
      .concat("\n");
  }
}
