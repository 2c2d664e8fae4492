// SPDX-License-Identifier: MIT
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createFiles, readText } from "./files.js";
import type { ThingCredentials } from "./registration.js";

/** Where the credentials of a thing are kept. */
export interface ThingFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Where `xs-ota things add` puts them unless told. */
export const THINGS_FOLDER = "things";

export function thingFiles(folder: string, thingName: string): ThingFiles {
  const path = (kind: string): string => join(folder, `${thingName}.${kind}.pem`);
  return { certificate: path("cert"), key: path("key") };
}

/** Whether any of them is there. */
export function hasThingFiles({ certificate, key }: ThingFiles): boolean {
  return existsSync(certificate) || existsSync(key);
}

/** Writes them, the key for the user alone. @throws CliError "input" when one is there already. */
export function writeThingFiles(files: ThingFiles, credentials: ThingCredentials): void {
  createFiles([
    { path: files.key, content: credentials.privateKey, mode: 0o600 },
    { path: files.certificate, content: credentials.certificate },
  ]);
}

/** Takes back what `writeThingFiles` did. */
export function removeThingFiles({ certificate, key }: ThingFiles): void {
  for (const path of [certificate, key]) rmSync(path, { force: true });
}

/** @throws CliError "input" when one is missing. */
export function readThingFiles({ certificate, key }: ThingFiles): ThingCredentials {
  const remedy = "`xs-ota things add` makes it.";
  return {
    certificate: readText(certificate, "the device's certificate", remedy),
    privateKey: readText(key, "the device's private key", remedy),
  };
}
