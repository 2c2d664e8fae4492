// SPDX-License-Identifier: MIT

/** The account and region that the desk cloud plays; the account is the one of AWS's own examples. */
export const place = Object.freeze({ region: "us-east-1", account: "123456789012" });

/** The ARN of an AWS IoT resource, such as "thing/pump-1" or "job/job-7". */
export function formatArn(resource: string): string {
  return `arn:aws:iot:${place.region}:${place.account}:${resource}`;
}

/**
 * The type and name of an AWS IoT resource, whatever its account and region.
 * @returns `undefined` when `arn` is not one.
 */
export function parseArn(arn: string): { type: string; name: string } | undefined {
  const match = /^arn:aws[a-z-]*:iot:[^:]*:[^:]*:([^/]+)\/(.+)$/.exec(arn);
  return match === null ? undefined : { type: match[1] ?? "", name: match[2] ?? "" };
}
