// SPDX-License-Identifier: MIT
import {
  AddThingToThingGroupCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  paginateListThings,
  paginateListThingsInThingGroup,
} from "@aws-sdk/client-iot";
import { Command } from "@commander-js/extra-typings";
import { isAwsError } from "../aws.js";
import type { Aws } from "../aws.js";
import { formatColumns } from "../columns.js";
import type { Session } from "../session.js";

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
  command.addCommand(addCommand(session));
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

function addCommand(session: Session): Command {
  return new Command("add")
    .description(
      "Makes things, and a group for them if one is named; those that are there already stay as they are.",
    )
    .argument("<name...>", "what the devices are called")
    .option("--group <name>", "put them in this group")
    .action(async (names, _, command) => {
      // `things` has an option of this name too, and takes it wherever it stands
      const { group } = command.optsWithGlobals();
      const aws = session.openAws();
      if (group !== undefined) await makeGroup(aws, group);
      for (const thingName of names) {
        await aws.iot.send(new CreateThingCommand({ thingName }));
        if (group === undefined) continue;
        await aws.iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName: group }));
      }
      session.output.result({ things: names, group }, names.join("\n"));
    }) as unknown as Command;
}

async function makeGroup({ iot }: Aws, thingGroupName: string): Promise<void> {
  try {
    await iot.send(new CreateThingGroupCommand({ thingGroupName }));
  } catch (error) {
    if (!isAwsError(error, "ResourceAlreadyExistsException")) throw error;
  }
}
