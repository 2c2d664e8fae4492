// SPDX-License-Identifier: MIT
import { paginateListJobs } from "@aws-sdk/client-iot";
import { Command } from "@commander-js/extra-typings";
import { formatColumns } from "../columns.js";
import { describeExecution, JobReader } from "../job-watch.js";
import type { Session } from "../session.js";

/** `xs-ota jobs`: what jobs there are, or where the devices of one are. */
export function jobsCommand(session: Session): Command {
  return new Command("jobs")
    .summary("list jobs, or the devices of one")
    .description("Lists all jobs, newest first; with a job's id, where each of its devices is.")
    .argument("[job-id]", "the job to look into")
    .action(async jobId => {
      const aws = session.openAws();
      if (jobId !== undefined) {
        showOne(session, await new JobReader(aws, jobId).read());
        return;
      }
      const jobs = [];
      for await (const page of paginateListJobs({ client: aws.iot }, {})) {
        jobs.push(...(page.jobs ?? []));
      }
      const rows = jobs.map(({ jobId = "", status = "", createdAt, completedAt }) => [
        jobId,
        status,
        createdAt?.toISOString() ?? "",
        completedAt?.toISOString() ?? "",
      ]);
      session.output.result(
        { jobs },
        formatColumns(["JOB", "STATUS", "CREATED", "COMPLETED"], rows),
      );
    }) as unknown as Command;
}

function showOne({ output }: Session, job: Awaited<ReturnType<JobReader["read"]>>): void {
  const rows = job.executions.map(execution => [
    execution.thingName,
    execution.status,
    String(execution.executionNumber),
    describeExecution(execution),
  ]);
  const table = formatColumns(["THING", "STATUS", "TRY", "DETAILS"], rows);
  output.result(job, `job ${job.jobId} ${job.status}\n${table}`);
}
