// SPDX-License-Identifier: MIT
import { setMaxListeners } from "node:events";
import { IoTClient } from "@aws-sdk/client-iot";
import { S3Client } from "@aws-sdk/client-s3";
import { CliError, messageOf } from "./failure.js";
import type { Profile } from "./profile.js";
import { isUninterrupted } from "./undo.js";

/** The clients through which everything is asked of a cloud: AWS's own, or the desk's. */
export interface Aws {
  readonly iot: IoTClient;
  readonly s3: S3Client;
  readonly profile: Profile;
  /** "AWS", or the endpoint of a desk cloud. */
  readonly where: string;
  close(): void;
}

/**
 * Opens the clients. Nothing is sent yet.
 * @param interrupt Ctrl-C: once it aborts, no request begins, but by what takes steps back.
 */
export function openAws(profile: Profile, interrupt?: AbortSignal): Aws {
  // the SDK is pinned: that its versions of next year need a newer Node is no news for the user
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const where = profile.endpoint ?? "AWS";
  const settings = {
    ...(profile.endpoint === undefined ? {} : { endpoint: profile.endpoint }),
    ...(profile.region === undefined ? {} : { region: profile.region }),
    ...credentialsOf(profile),
  };
  const iot = new IoTClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: profile.endpoint !== undefined });
  for (const client of [iot, s3]) {
    explainErrors(client, where);
    if (interrupt !== undefined) heed(interrupt, client);
  }
  return {
    iot,
    s3,
    profile,
    where,
    close() {
      iot.destroy();
      s3.destroy();
    },
  };
}

function credentialsOf({ credentials }: Profile): object {
  if (typeof credentials === "string") return { profile: credentials };
  // a copy: the SDK writes into it
  if (credentials !== undefined) return { credentials: { ...credentials } };
  return {};
}

/**
 * Once `interrupt` aborts, no request begins, and one that only reads is given up. One that changes something runs
 * to its answer, without which nobody knows what there is to take back.
 */
function heed(interrupt: AbortSignal, { config }: IoTClient | S3Client): void {
  setMaxListeners(0, interrupt); // a job has as many questions at a time as devices
  const { requestHandler } = config as IoTClient["config"];
  const send = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request: { method: string }, options) => {
    if (isUninterrupted()) return send(request, options);
    interrupt.throwIfAborted();
    const reads = request.method === "GET";
    return send(request, reads ? { ...options, abortSignal: interrupt } : options);
  };
}

/** What to do about an error, by the name that the SDK or Node gives it. */
const remedies: Readonly<Record<string, string>> = Object.freeze({
  ECONNREFUSED: "Nothing listens there. `xs-ota cloud` starts a desk cloud.",
  ENOTFOUND: "Check the endpoint, the region, and the network.",
  "Region is missing": "Give --region, or name a profile; for a desk cloud give --profile.",
  CredentialsProviderError:
    "Log in to AWS, or name credentials in the profile; for a desk cloud give --profile.",
  ResourceNotFoundException: "`xs-ota things` and `xs-ota jobs` list what there is.",
  ResourceAlreadyExistsException: "Take another name.",
  NoSuchBucket: "Make the bucket, or name another with --bucket.",
  SignatureDoesNotMatch: "The secret key is not the one of this cloud: check the profile.",
  InvalidClientTokenId: "The cloud does not know the access key: check the profile.",
  AccessDenied: "The credentials lack the permission: docs/cli.md lists what is needed.",
  AccessDeniedException: "The credentials lack the permission: docs/cli.md lists what is needed.",
});

/** Errors of a client say which request failed where, and what to do; the SDK's own is the `cause`. */
function explainErrors(client: IoTClient | S3Client, where: string): void {
  const stack = client.middlewareStack as IoTClient["middlewareStack"];
  stack.add(
    (next, context) => async args => {
      try {
        return await next(args);
      } catch (error) {
        throw explain(error, (context.commandName ?? "a request").replace(/Command$/, ""), where);
      }
    },
    { step: "initialize", name: "explainErrors", priority: "high" },
  );
}

function explain(error: unknown, request: string, where: string): CliError {
  const name = nameOf(error);
  const message = messageOf(error) || name;
  const remedy = remedies[name] ?? remedies[message];
  return new CliError("cloud", `${request} at ${where}: ${message}`, remedy, { cause: error });
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Whether a request failed with this exception of the SDK's: "ResourceNotFoundException". */
export function isAwsError(error: unknown, name: string): boolean {
  return error instanceof CliError && nameOf(error.cause) === name;
}
