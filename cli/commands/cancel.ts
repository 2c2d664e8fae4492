// SPDX-License-Identifier: MIT
import { CancelJobCommand, CancelJobExecutionCommand } from "@aws-sdk/client-iot";
import { Command } from "@commander-js/extra-typings";
import type { Session } from "../session.js";

/** `xs-ota cancel`: stops a job, or takes one device out of it. */
export function cancelCommand(session: Session): Command {
  return new Command("cancel")
    .summary("cancel a job, or take one device out of it")
    .description(
      "Cancels a job: devices that wait no longer get it, and those that are at it finish. With --force also " +
        "those; a device that runs the new image on trial then goes back to the old one.",
    )
    .argument("<job-id>", "as `xs-ota deploy` printed it")
    .option("--thing <name>", "only this device")
    .option("--force", "devices that are at it too")
    .option("--reason <text>", "kept with the job")
    .action(async (jobId, { thing, force = false, reason }) => {
      const { iot } = session.openAws();
      const command =
        thing === undefined
          ? iot.send(new CancelJobCommand({ jobId, force, comment: reason }))
          : iot.send(new CancelJobExecutionCommand({ jobId, thingName: thing, force }));
      await command;
      const what = thing === undefined ? `job ${jobId}` : `job ${jobId} on ${thing}`;
      session.output.result({ jobId, thing, canceled: true }, `canceled ${what}`);
    }) as unknown as Command;
}
