// SPDX-License-Identifier: MIT
import { existsSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { CliError } from "./failure.js";
import { readJson, replaceFile } from "./files.js";

/** A key pair for the REST API, or the name of a profile in AWS's own shared configuration. */
const credentials = z.union([
  z.string(),
  z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
]);

/** Where a desk cloud listens. */
export const endpointUrl = z.url({
  protocol: /^https?$/,
  error: "It is like http://127.0.0.1:8080.",
});

/** Which cloud to speak to, and as whom. */
const profile = z.strictObject({
  /** Of the desk cloud; absent for AWS. */
  endpoint: endpointUrl.optional(),
  region: z.string().optional(),
  credentials: credentials.optional(),
  /** The S3 bucket that firmware is put in. */
  bucket: z.string().optional(),
  /** The ARN of the role by which AWS IoT reads that bucket. */
  role: z.string().optional(),
  /** Whom devices trust, PEM; Amazon Root CA 1 when absent. */
  rootCertificate: z.string().optional(),
});

const configuration = z.strictObject({
  /** The profile to take when none is named. */
  default: z.string().optional(),
  profiles: z.record(z.string(), profile),
});

export type Profile = z.infer<typeof profile>;
type Configuration = z.infer<typeof configuration>;

/** What the command line says about the cloud; it goes over what the profile says. */
export interface ProfileOptions {
  readonly config?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * The profile to use: the one that is named, or the configuration's default, or AWS's own settings.
 * @throws CliError "input" when the file is not valid, "usage" when it has no such profile.
 */
export function chooseProfile(options: ProfileOptions): Profile {
  const path = options.config ?? findConfiguration();
  const found = path === undefined ? { profiles: {} } : readConfiguration(path);
  const name = profileName(options, found);
  const chosen = name === undefined ? {} : profileNamed(name, found);
  if (chosen === undefined) throw noProfile(String(name), path, Object.keys(found.profiles));
  const { endpoint = chosen.endpoint, region = chosen.region } = options;
  return { ...chosen, endpoint, region };
}

/** A name may be that of something every object has. */
const profileNamed = (name: string, { profiles }: Configuration): Profile | undefined =>
  Object.hasOwn(profiles, name) ? profiles[name] : undefined;

/** An endpoint on the command line stands for itself: the keys of a default profile are not for it. */
function profileName(options: ProfileOptions, found: Configuration): string | undefined {
  return options.profile ?? (options.endpoint === undefined ? found.default : undefined);
}

/**
 * Stores a profile in the configuration at `path`, and makes it the default if there is none.
 * @throws CliError "input" when a file is there that is no configuration.
 */
export function saveProfile(path: string, name: string, added: Profile): void {
  const old: Configuration = existsSync(path) ? readConfiguration(path) : { profiles: {} };
  const now: Configuration = {
    default: old.default ?? name,
    profiles: { ...old.profiles, [name]: added },
  };
  replaceFile({ path, content: `${JSON.stringify(now, undefined, 2)}\n` });
}

/** Takes a profile out again, if it is there as it was stored; the file goes with the last one. */
export function removeProfile(path: string, name: string, stored: Profile): void {
  if (!existsSync(path)) return;
  const { default: first, profiles } = readConfiguration(path);
  const { [name]: found, ...rest } = profiles;
  if (JSON.stringify(found) !== JSON.stringify(profile.parse(stored))) return;
  if (Object.keys(rest).length === 0) {
    rmSync(path);
    return;
  }
  const kept = first === undefined || first === name ? {} : { default: first };
  replaceFile({ path, content: `${JSON.stringify({ ...kept, profiles: rest }, undefined, 2)}\n` });
}

/** `xs-ota.json` in this folder, else the user's own. */
function findConfiguration(): string | undefined {
  const own = process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  return ["xs-ota.json", join(own, "xs-ota", "config.json")].find(path => existsSync(path));
}

function readConfiguration(path: string): Configuration {
  const parsed = configuration.safeParse(readJson(path, "the configuration"));
  if (parsed.success) return parsed.data;
  throw new CliError(
    "input",
    `the configuration ${path}: ${describeIssues(parsed.error)}`,
    "docs/cli.md lists the fields.",
  );
}

/** What zod found wrong, each with the path to the field. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.length === 0 ? "it" : path.join(".")}: ${message}`)
    .join("; ");
}

function noProfile(name: string, path: string | undefined, names: readonly string[]): CliError {
  const where = path === undefined ? "there is no configuration file" : `${path} does not have it`;
  const have =
    names.length === 0
      ? "`xs-ota cloud` keeps one for itself while it runs; docs/cli.md says how to write one."
      : `It has: ${names.join(", ")}.`;
  return new CliError("usage", `no profile "${name}": ${where}`, have);
}
