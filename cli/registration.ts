// SPDX-License-Identifier: MIT
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  type IoTClient,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { type Aws, isAwsError } from "./aws.js";
import { exportPrivateKey, generateKeys, type KeyKind, keyKinds } from "./keys.js";
import { allOrNothing, type Undo } from "./undo.js";

/** What a device connects with. PEM. */
export interface ThingCredentials {
  readonly certificate: string;
  /** PKCS #8; it was made here, and the cloud has not seen it. */
  readonly privateKey: string;
}

/** How a thing is registered. */
export interface Registration {
  /** Kind of the device's key; "ecdsa-p256" unless told. */
  readonly keyKind?: KeyKind;
  /** Keeps the credentials; called before they are good for anything. It says how to take that back. */
  readonly store?: (credentials: ThingCredentials, undo: (step: Undo) => void) => void;
}

/** The policy of all devices: each may do what an update needs, on its own topics only. */
export const DEVICE_POLICY = "xs-ota-device";

/**
 * Makes a thing, if it is not there, and a certificate for it with the policy that devices need. What was made
 * before a failure is taken away again, but the thing and the policy stay.
 * @throws CliError "cloud"; whatever `store` throws.
 */
export async function registerThing(
  { iot }: Pick<Aws, "iot">,
  thingName: string,
  { keyKind = "ecdsa-p256", store }: Registration = {},
): Promise<ThingCredentials> {
  const { thingArn = "" } = await iot.send(new CreateThingCommand({ thingName }));
  await makePolicy(iot, thingArn.replace(/:thing\/.*$/, ""));
  return allOrNothing(async undo => {
    const { principal, ...credentials } = await issueCertificate(iot, thingName, keyKind, undo);
    store?.(credentials, undo);
    await iot.send(new AttachPolicyCommand({ policyName: DEVICE_POLICY, target: principal }));
    await iot.send(new AttachThingPrincipalCommand({ thingName, principal }));
    return credentials;
  });
}

/** The private key stays here: the cloud gets a signing request. */
async function issueCertificate(
  iot: IoTClient,
  thingName: string,
  keyKind: KeyKind,
  undo: (step: Undo) => void,
): Promise<ThingCredentials & { readonly principal: string }> {
  const keys = await generateKeys(keyKind);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [thingName] }],
    keys,
    signingAlgorithm: keyKinds[keyKind],
  });
  const certificateSigningRequest = request.toString("pem");
  const made = await iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest, setAsActive: true }),
  );
  undo(() => deleteCertificate(iot, made.certificateId));
  const { certificatePem: certificate = "", certificateArn: principal = "" } = made;
  return { certificate, principal, privateKey: await exportPrivateKey(keys) };
}

async function deleteCertificate(iot: IoTClient, certificateId?: string): Promise<void> {
  await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: "INACTIVE" }));
  await iot.send(new DeleteCertificateCommand({ certificateId, forceDelete: true }));
}

/** @param scope "arn:aws:iot:<region>:<account>". */
async function makePolicy(iot: IoTClient, scope: string): Promise<void> {
  const policyDocument = JSON.stringify(devicePolicy(scope));
  try {
    await iot.send(new CreatePolicyCommand({ policyName: DEVICE_POLICY, policyDocument }));
  } catch (error) {
    if (!isAwsError(error, "ResourceAlreadyExistsException")) throw error;
  }
}

/** Source: FreeRTOS user guide, "Prerequisites for OTA updates using MQTT". */
function devicePolicy(scope: string): object {
  const thing = "${iot:Connection.Thing.ThingName}";
  const under = (type: string): string[] =>
    ["jobs", "streams"].map(kind => `${scope}:${type}/$aws/things/${thing}/${kind}/*`);
  const allow = (action: string | string[], resource: string | string[]): object => ({
    Effect: "Allow",
    Action: action,
    Resource: resource,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      allow("iot:Connect", `${scope}:client/${thing}`),
      allow("iot:Subscribe", under("topicfilter")),
      allow(["iot:Publish", "iot:Receive"], under("topic")),
    ],
  };
}
