// SPDX-License-Identifier: MIT
import { Command } from "@commander-js/extra-typings";
import { concludeJob, showJob } from "../job-progress.js";
import { watchJob } from "../job-watch.js";
import { wholeNumber } from "../options.js";
import type { Session } from "../session.js";

/** `xs-ota watch`: follows a job until all its devices are through. */
export function watchCommand(session: Session): Command {
  return new Command("watch")
    .summary("follow a job until all its devices are through")
    .description(
      "Follows a job until all its devices are through: a bar per device on a terminal, a line per change when " +
        "piped, with --json one object per change. Exits with 0 if all succeeded, with 1 if not.",
    )
    .argument("<job-id>", "as `xs-ota deploy` printed it")
    .option("--interval <ms>", "how often the cloud is asked", wholeNumber(100, 3_600_000), 1000)
    .action(async (jobId, { interval }) => {
      const { output, signal } = session;
      const views = watchJob(session.openAws(), jobId, { intervalMs: interval, signal });
      concludeJob(await showJob(views, output), output);
    }) as unknown as Command;
}
