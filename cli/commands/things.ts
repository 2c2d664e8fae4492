// SPDX-License-Identifier: MIT
import { paginateListThings, paginateListThingsInThingGroup } from "@aws-sdk/client-iot";
import { Command } from "@commander-js/extra-typings";
import type { Aws } from "../aws.js";
import { formatColumns } from "../columns.js";
import type { Session } from "../session.js";
import { thingsAddCommand } from "./things-add.js";

/** `xs-ota things`: what devices the cloud knows. */
export function thingsCommand(session: Session): Command {
  const command = new Command("things")
    .summary("list devices, add some, put them in groups")
    .description(
      "Lists the devices (things) that the cloud knows; `things add` tells it of new ones.",
    )
    .option("--group <name>", "only those in this group")
    .action(async ({ group }) => {
      const names = await listThings(session.openAws(), group);
      session.output.result(
        { things: names },
        formatColumns(
          ["THING"],
          names.map(name => [name]),
        ),
      );
    });
  command.addCommand(thingsAddCommand(session));
  return command;
}

async function listThings({ iot }: Aws, group: string | undefined): Promise<string[]> {
  const names: string[] = [];
  if (group === undefined) {
    for await (const page of paginateListThings({ client: iot }, {})) {
      names.push(...(page.things ?? []).map(({ thingName = "" }) => thingName));
    }
    return names;
  }
  const members = { thingGroupName: group, recursive: true };
  for await (const page of paginateListThingsInThingGroup({ client: iot }, members)) {
    names.push(...(page.things ?? []));
  }
  return names;
}
