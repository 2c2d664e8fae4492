// SPDX-License-Identifier: MIT
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { startCloud, type Cloud, type CloudOptions } from "xs-ota/cloud/cloud";
import { openAws } from "./aws.js";
import type { Profile } from "./profile.js";

/** A desk cloud that runs, and the profile by which the commands find it. */
export interface Desk {
  readonly cloud: Cloud;
  readonly profile: Profile & Pick<Cloud, "endpoint" | "mqtt">;
}

/** The desk cloud asks no role for leave to read a bucket, but a stream must name one. */
const ROLE = "arn:aws:iam::000000000000:role/desk";
const BUCKET = "firmware";

/** Starts a cloud on this machine, with a bucket for firmware. The caller closes it. */
export async function openDesk(options: CloudOptions = {}): Promise<Desk> {
  const cloud = await startCloud(options);
  const { endpoint, region, credentials, mqtt } = cloud;
  const profile = { endpoint, region, credentials, mqtt, bucket: BUCKET, role: ROLE };
  const aws = openAws(profile);
  await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  aws.close();
  return { cloud, profile };
}
