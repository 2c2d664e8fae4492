// SPDX-License-Identifier: MIT
import { Command, Option } from "@commander-js/extra-typings";
import { needBuilt } from "../board-build.js";
import { boardNames, boards } from "../boards.js";
import { runDemo } from "../demo/demo.js";
import type { Session } from "../session.js";

/** `xs-ota demo`: three updates on this machine. */
export function demoCommand(session: Session): Command {
  return new Command("demo")
    .summary("see three updates on this machine")
    .description(
      "Builds firmware, starts a cloud and a device on this machine, and plays three updates: one that succeeds, " +
        "one that is signed by the wrong key, and one that fails its self-test and reverts. Exits with 0 only " +
        "if all three went so.",
    )
    .addOption(
      new Option("--board <name>", "the machine to run")
        .choices(boardNames)
        .default("linux" as const),
    )
    .action(async ({ board }) => {
      await needBuilt(boards[board], session);
      await runDemo(board, session.output, session.signal);
    });
}
