// SPDX-License-Identifier: MIT
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { Option } from "@commander-js/extra-typings";
import type { Identity } from "xs-ota/common/identity";
import { findDeviceEndpoint, secureConnection } from "./device-endpoint.js";
import { CliError, messageOf } from "./failure.js";
import { readText } from "./files.js";
import type { KeyKind } from "./keys.js";
import { hostPort } from "./options.js";
import type { ThingCredentials } from "./registration.js";
import type { Session } from "./session.js";
import { keyTypeOf, schemeOf } from "./signing.js";
import { readThingFiles, type ThingFiles, thingFiles, THINGS_FOLDER } from "./thing-files.js";

/** The options of all commands that make a new device, by what they are about. */
export const identityOptions = Object.freeze({
  cert: () => new Option("--cert <file>", "the code-signing certificate it trusts"),
  certfile: () =>
    new Option("--certfile <name>", "what it calls that certificate").default("code-signing"),
  things: () =>
    new Option("--things <folder>", "where its own certificate and key are").default(THINGS_FOLDER),
  connect: () =>
    new Option(
      "--connect <host:port>",
      "connect there (default: where the profile's cloud says)",
    ).argParser(hostPort),
  root: () =>
    new Option(
      "--root <file>",
      "whom it trusts there, PEM (default: the profile's, on AWS Amazon's)",
    ),
  plainMqtt: () =>
    new Option("--plain-mqtt <host:port>", "connect there, without TLS").argParser(hostPort),
});

/** What those options say. */
export interface IdentityChoice {
  readonly thing: string;
  readonly cert: string;
  readonly certfile: string;
  readonly things: string;
  readonly connect?: Identity["endpoint"] | undefined;
  readonly root?: string | undefined;
  readonly plainMqtt?: Identity["endpoint"] | undefined;
}

/**
 * Who a new device is. The cloud is asked only where the device finds it, and not at all with `connect`.
 * @param keyKind the only kind of key that the device connects with; any when absent.
 * @throws CliError "input" naming the file that is missing or does not fit; "usage", "cloud".
 */
export async function makeIdentity(
  session: Session,
  choice: IdentityChoice,
  keyKind?: KeyKind,
): Promise<Identity> {
  return {
    thingName: choice.thing,
    certificates: { [choice.certfile]: readSigner(choice.cert) },
    ...(await connectionOf(session, choice, keyKind)),
  };
}

/** @throws CliError "input" when devices could not verify anything with it. */
function readSigner(path: string): string {
  const pem = readText(path, "the code-signing certificate", "`xs-ota keys` makes one.");
  const remedy = "Give the certificate, not the key: `xs-ota keys` makes <name>.cert.pem.";
  attempt(() => schemeOf(new X509Certificate(pem).publicKey), `the certificate ${path}`, remedy);
  return pem;
}

async function connectionOf(
  session: Session,
  { thing, things, connect, root, plainMqtt }: IdentityChoice,
  keyKind: KeyKind | undefined,
): Promise<Pick<Identity, "endpoint" | "tls">> {
  if (plainMqtt !== undefined) return { endpoint: plainMqtt };
  const credentials = readCredentials(thingFiles(things, thing), keyKind);
  const trusted = root === undefined ? {} : { rootCertificate: readRoot(root) };
  const endpoint = connect ?? (await findDeviceEndpoint(session.openAws()));
  return secureConnection({ ...session.profile, ...trusted }, credentials, endpoint);
}

function readRoot(path: string): string {
  const pem = readText(path, "the root certificate", "Amazon Trust Services publishes AWS's.");
  attempt(() => new X509Certificate(pem), `the root certificate ${path}`, "Give it as PEM.");
  return pem;
}

/**
 * What a device connects with. AWS hands out RSA keys as PKCS #1; devices read PKCS #8.
 * @throws CliError "input" when the two do not belong together, or the device does not take such a key.
 */
function readCredentials(files: ThingFiles, keyKind: KeyKind | undefined): ThingCredentials {
  const { certificate, privateKey } = readThingFiles(files);
  const again = "`xs-ota things add` makes both.";
  const key = attempt(() => createPrivateKey(privateKey), `the private key ${files.key}`, again);
  const own = attempt(
    () => new X509Certificate(certificate),
    `the certificate ${files.certificate}`,
    again,
  );
  if (!own.checkPrivateKey(key)) {
    throw new CliError("input", `${files.key} is not the key of ${files.certificate}`, again);
  }
  if (keyKind !== undefined) needKind(key, keyKind, files.key);
  return { certificate, privateKey: key.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** Kinds of key, as keyTypeOf names them. */
// prettier-ignore
const keyTypes: Readonly<Record<KeyKind, string>> = Object.freeze({
  "ecdsa-p256": "ec prime256v1",
  "rsa-2048":   "rsa 2048",
  "rsa-3072":   "rsa 3072",
});

function needKind(key: KeyObject, keyKind: KeyKind, path: string): void {
  const is = keyTypeOf(key);
  if (is === keyTypes[keyKind]) return;
  throw new CliError(
    "input",
    `the key ${path} is of type ${is}, and TLS on this board takes ${keyTypes[keyKind]} only`,
    `\`xs-ota things add --key-type ${keyKind} --out <another folder>\` makes one; then give --things.`,
  );
}

function attempt<Result>(run: () => Result, what: string, remedy: string): Result {
  try {
    return run();
  } catch (error) {
    throw new CliError("input", `${what} cannot be used: ${messageOf(error)}`, remedy);
  }
}
