// SPDX-License-Identifier: MIT
import cliProgress from "cli-progress";
import { CliError } from "./failure.js";
import { describeExecution, isSuccess, isTerminal, receivedShare } from "./job-watch.js";
import type { ExecutionView, JobView } from "./job-watch.js";
import type { Output } from "./output.js";

/**
 * Shows a job as it goes on: a bar per device on a terminal, else a line or a JSON object per change.
 * @returns the last view.
 */
export async function showJob(views: AsyncIterable<JobView>, output: Output): Promise<JobView> {
  const show = output.live ? showBars(output) : showLines(output);
  let last: JobView | undefined;
  try {
    for await (const view of views) {
      show.update(view);
      last = view;
    }
  } finally {
    show.end();
  }
  if (last === undefined) throw new CliError("cloud", "the cloud told nothing about the job");
  return last;
}

/**
 * Ends a command that followed a job: tells how it ended.
 * @throws CliError "unsuccessful" unless every device succeeded.
 */
export function concludeJob(job: JobView, output: Output): void {
  output.note(summarize(job));
  if (!isSuccess(job)) throw unsuccessful(job);
}

interface Show {
  update(view: JobView): void;
  end(): void;
}

function showLines(output: Output): Show {
  const told = new Map<string, string>();
  return {
    update(view) {
      if (output.json) {
        output.result(view, "");
        return;
      }
      for (const execution of view.executions) {
        const line = lineOf(execution);
        if (told.get(execution.thingName) !== line) output.note(line);
        told.set(execution.thingName, line);
      }
    },
    end: () => undefined,
  };
}

function lineOf(execution: ExecutionView): string {
  const { thingName, status } = execution;
  return `${thingName}  ${status}  ${describeExecution(execution)}`.trimEnd();
}

function showBars(output: Output): Show {
  const bars = new cliProgress.MultiBar(
    {
      format: " {thing} {bar} {percentage}%  {status}  {note}",
      barsize: 30,
      hideCursor: true,
      stream: output.stream,
      forceRedraw: true,
      emptyOnZero: true,
    },
    cliProgress.Presets.shades_classic,
  );
  const byThing = new Map<string, cliProgress.SingleBar>();
  output.writeAbove(line => bars.log(line));
  return {
    update({ executions }) {
      const width = Math.max(0, ...executions.map(({ thingName }) => thingName.length));
      for (const execution of executions) {
        const { thingName, status } = execution;
        const bar = byThing.get(thingName) ?? bars.create(1000, 0);
        byThing.set(thingName, bar);
        const shown = {
          thing: thingName.padEnd(width),
          status,
          note: describeExecution(execution),
        };
        bar.update(Math.round(receivedShare(execution) * 1000), shown);
      }
    },
    end() {
      output.writeAbove(undefined);
      bars.stop();
    },
  };
}

function summarize({ jobId, status, executions }: JobView): string {
  const counts = new Map<string, number>();
  for (const { status } of executions) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([name, count]) => `${count} ${name}`);
  return `job ${jobId} ${status}: ${parts.join(", ") || "no devices"}`;
}

function unsuccessful({ jobId, executions }: JobView): CliError {
  const bad = executions.filter(one => isTerminal(one) && one.status !== "SUCCEEDED");
  const [first] = bad;
  if (first === undefined) return new CliError("unsuccessful", `no device took job ${jobId}`);
  return new CliError(
    "unsuccessful",
    `${bad.length} of ${executions.length} devices did not take the update; ${lineOf(first)}`,
  );
}
