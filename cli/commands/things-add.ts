// SPDX-License-Identifier: MIT
import { X509Certificate } from "node:crypto";
import {
  AddThingToThingGroupCommand,
  CreateThingGroupCommand,
  ListThingPrincipalsCommand,
} from "@aws-sdk/client-iot";
import { Command, Option } from "@commander-js/extra-typings";
import { type Aws, isAwsError } from "../aws.js";
import { formatColumns } from "../columns.js";
import { CliError } from "../failure.js";
import { makeFolder } from "../files.js";
import { type KeyKind, keyKindNames } from "../keys.js";
import { thingName } from "../options.js";
import { registerThing } from "../registration.js";
import type { Session } from "../session.js";
import {
  hasThingFiles,
  readThingFiles,
  removeThingFiles,
  type ThingFiles,
  thingFiles,
  THINGS_FOLDER,
  writeThingFiles,
} from "../thing-files.js";

const examples = `
Writes <out>/<name>.cert.pem and <out>/<name>.key.pem (readable by you alone). The private key is made here and
never leaves this machine. A thing whose files are there and whose certificate the cloud knows stays as it is.

EXAMPLES
  xs-ota things add lamp-1
  xs-ota things add lamp-1 lamp-2 --group lamps`;

/** `xs-ota things add`: makes things with what they connect with. */
export function thingsAddCommand(session: Session): Command {
  return new Command("add")
    .summary("make things, each with a certificate and the policy that devices need")
    .description(
      "Makes things, each with a certificate and the policy that devices need, and a group for them if one is " +
        "named.",
    )
    .argument("<name...>", "what the devices are called", moreThingNames)
    .option("--group <name>", "put them in this group")
    .option("--out <folder>", "where certificates and keys are written", THINGS_FOLDER)
    .addOption(
      new Option("--key-type <type>", "kind of the devices' keys")
        .choices(keyKindNames)
        .default("ecdsa-p256" as const),
    )
    .addHelpText("after", examples)
    .action(async (names, { out, keyType }, command) => {
      // `things` has an option of this name too, and takes it wherever it stands
      const { group } = command.optsWithGlobals() as { group?: string };
      const aws = session.openAws();
      makeFolder(out);
      if (group !== undefined) await makeGroup(aws, group);
      const things: object[] = [];
      for (const thingName of names) {
        const files = thingFiles(out, thingName);
        await addThing(aws, thingName, files, keyType);
        if (group !== undefined) await joinGroup(aws, thingName, group);
        things.push({ thingName, ...files });
      }
      const rows = names.map(name => [name, thingFiles(out, name).certificate]);
      session.output.result({ things, group }, formatColumns(["THING", "CERTIFICATE"], rows));
    }) as unknown as Command;
}

/** There are none before the first, whatever commander's types say. */
const moreThingNames = (text: string, before: string[]): string[] => [
  ...((before as string[] | undefined) ?? []),
  thingName(text),
];

async function addThing(
  aws: Aws,
  thingName: string,
  files: ThingFiles,
  keyKind: KeyKind,
): Promise<void> {
  if (hasThingFiles(files)) {
    await checkKnown(aws, thingName, files);
    return;
  }
  await registerThing(aws, thingName, {
    keyKind,
    store(credentials, undo) {
      writeThingFiles(files, credentials);
      undo(() => removeThingFiles(files));
    },
  });
}

/** @throws CliError "input" when the certificate in the file is not one of the thing's. */
async function checkKnown(aws: Aws, thingName: string, files: ThingFiles): Promise<void> {
  const { certificate } = readThingFiles(files);
  const { fingerprint256 } = new X509Certificate(certificate);
  const certificateId = fingerprint256.replaceAll(":", "").toLowerCase();
  if ((await certificatesOf(aws, thingName)).includes(certificateId)) return;
  throw new CliError(
    "input",
    `${files.certificate} is there, but ${aws.where} has no such certificate for ${thingName}`,
    "Give another --out, or move the old files away.",
  );
}

/** The ids of the certificates of a thing; none when there is no thing. */
async function certificatesOf({ iot }: Aws, thingName: string): Promise<string[]> {
  try {
    const { principals = [] } = await iot.send(new ListThingPrincipalsCommand({ thingName }));
    return principals.map(arn => arn.slice(arn.lastIndexOf("/") + 1));
  } catch (error) {
    if (isAwsError(error, "ResourceNotFoundException")) return [];
    throw error;
  }
}

async function joinGroup({ iot }: Aws, thingName: string, thingGroupName: string): Promise<void> {
  await iot.send(new AddThingToThingGroupCommand({ thingName, thingGroupName }));
}

async function makeGroup({ iot }: Aws, thingGroupName: string): Promise<void> {
  try {
    await iot.send(new CreateThingGroupCommand({ thingGroupName }));
  } catch (error) {
    if (!isAwsError(error, "ResourceAlreadyExistsException")) throw error;
  }
}
