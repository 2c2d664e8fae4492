// SPDX-License-Identifier: MIT
import { join } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { createFiles } from "../files.js";
import { keyKindNames } from "../keys.js";
import { wholeNumber } from "../options.js";
import type { Session } from "../session.js";
import { createCodeSigningPair } from "../signing.js";

/** `xs-ota keys`: makes what firmware is signed with. */
export function keysCommand({ output }: Session): Command {
  return new Command("keys")
    .summary("make a code-signing key and its certificate")
    .description(
      "Makes a code-signing key and a self-signed certificate for it. The key signs firmware and stays with you; " +
        "the certificate goes into the device, where --name is what a job document calls it (certfile). " +
        "Never writes over a file.",
    )
    .addOption(
      new Option("--type <type>", "kind of key")
        .choices(keyKindNames)
        .default("ecdsa-p256" as const),
    )
    .option("--name <name>", "what the two files are called", "code-signing")
    .option("--out <folder>", "where they are written", "keys")
    .option("--days <days>", "how long the certificate is valid", wholeNumber(1, 36_500), 3650)
    .addHelpText(
      "after",
      "\nWrites <out>/<name>.key.pem (readable by you alone) and <out>/<name>.cert.pem.",
    )
    .action(async ({ type, name, out, days }) => {
      const pair = await createCodeSigningPair(type, name, days);
      const key = join(out, `${name}.key.pem`);
      const certificate = join(out, `${name}.cert.pem`);
      createFiles([
        { path: key, content: pair.privateKey, mode: 0o600 },
        { path: certificate, content: pair.certificate },
      ]);
      output.result(
        { type, key, certificate },
        `${type} key       ${key}\ncertificate          ${certificate}`,
      );
    });
}
