// SPDX-License-Identifier: MIT
import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { DescribeEndpointCommand } from "@aws-sdk/client-iot";
import type { Identity } from "xs-ota/common/identity";
import type { Aws } from "./aws.js";
import { CliError } from "./failure.js";
import type { Profile } from "./profile.js";
import type { ThingCredentials } from "./registration.js";

/** Source: AWS IoT developer guide, "Device communication protocols": MQTT with a client certificate. */
const MQTT_PORT = 8883;
/** Source: AWS IoT developer guide, "Server authentication": what signs its ATS endpoints. */
const AWS_ROOT = "CN=Amazon Root CA 1";

/** Where the cloud listens for devices. @throws CliError "cloud". */
export async function findDeviceEndpoint({ iot, where }: Aws): Promise<Identity["endpoint"]> {
  const request = new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" });
  const { endpointAddress = "" } = await iot.send(request);
  const [, host, port = MQTT_PORT] = /^([^:]+)(?::(\d+))?$/.exec(endpointAddress) ?? [];
  if (host !== undefined) return { host, port: Number(port) };
  throw new CliError("cloud", `DescribeEndpoint at ${where}: "${endpointAddress}" is no address`);
}

/** What a device connects with by mutual TLS. @throws CliError "usage" when nobody says whom it trusts. */
export function secureConnection(
  profile: Profile,
  { certificate, privateKey }: ThingCredentials,
  endpoint: Identity["endpoint"],
): Pick<Identity, "endpoint" | "tls"> {
  return {
    endpoint,
    tls: { rootCertificate: rootCertificateOf(profile), certificate, privateKey },
  };
}

/**
 * The certificate that devices trust, PEM: the profile's, or on AWS the one that comes with Node.
 * @throws CliError "usage" when there is none.
 */
export function rootCertificateOf({ rootCertificate, endpoint }: Profile): string {
  if (rootCertificate !== undefined) return rootCertificate;
  const own = endpoint === undefined ? rootCertificates.find(isAwsRoot) : undefined;
  if (own !== undefined) return `${own}\n`;
  throw new CliError(
    "usage",
    "the profile does not say whom devices trust",
    'Put "rootCertificate" (PEM) in the profile; `xs-ota cloud` does so itself.',
  );
}

function isAwsRoot(pem: string): boolean {
  return new X509Certificate(pem).subject.split("\n").includes(AWS_ROOT);
}
