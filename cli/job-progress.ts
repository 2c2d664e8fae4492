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

/** Rows that bars leave free: for the line of all devices, and for what is written above. */
const FREE_ROWS = 4;

/**
 * A bar per device, and one above them for all. When there are more devices than rows, those that are at it are shown,
 * as many as fit.
 */
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
  function draw(name: string, width: number, share: number, status: string, note: string): void {
    const bar = byThing.get(name) ?? bars.create(1000, 0);
    byThing.set(name, bar);
    bar.update(Math.round(share * 1000), { thing: name.padEnd(width), status, note });
  }
  return {
    update({ executions }) {
      const shown = fitRows(executions, output.rows - FREE_ROWS);
      const width = Math.max(ALL.length, ...shown.map(({ thingName }) => thingName.length));
      if (executions.length > 1) draw(ALL, width, shareOfAll(executions), "", counts(executions));
      for (const execution of shown) {
        const { thingName, status } = execution;
        draw(thingName, width, receivedShare(execution), status, describeExecution(execution));
      }
      const names = new Set([ALL, ...shown.map(({ thingName }) => thingName)]);
      for (const [name, bar] of byThing) {
        if (!names.has(name) && bars.remove(bar)) byThing.delete(name);
      }
    },
    end() {
      output.writeAbove(undefined);
      bars.stop();
    },
  };
}

/** The name of the bar for all devices. */
const ALL = "all";

/** As many executions as there are rows: those under way first. */
export function fitRows(executions: readonly ExecutionView[], rows: number): ExecutionView[] {
  if (executions.length <= rows) return [...executions];
  const underWay = executions.filter(one => one.status === "IN_PROGRESS");
  return underWay.slice(0, Math.max(1, rows));
}

/** The share of all devices that are through, 0..1. */
function shareOfAll(executions: readonly ExecutionView[]): number {
  return executions.filter(isTerminal).length / executions.length;
}

/** "3 SUCCEEDED, 1 IN_PROGRESS". */
function counts(executions: readonly ExecutionView[]): string {
  const found = new Map<string, number>();
  for (const { status } of executions) found.set(status, (found.get(status) ?? 0) + 1);
  return [...found].map(([status, count]) => `${count} ${status}`).join(", ") || "no devices";
}

function summarize({ jobId, status, executions }: JobView): string {
  return `job ${jobId} ${status}: ${counts(executions)}`;
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
