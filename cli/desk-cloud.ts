// SPDX-License-Identifier: MIT
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { startCloud, type Cloud, type CloudOptions } from "xs-ota/cloud/cloud";
import { isAwsError, openAws, type Aws } from "./aws.js";
import type { Profile } from "./profile.js";
import { allOrNothing } from "./undo.js";

/** A desk cloud that runs, and the profile by which the commands find it. */
export interface DeskCloud {
  readonly cloud: Cloud;
  readonly profile: Profile;
}

/** The desk cloud asks no role for leave to read a bucket, but a stream must name one. */
const ROLE = "arn:aws:iam::000000000000:role/desk";
const BUCKET = "firmware";

/** Starts a cloud on this machine, with a bucket for firmware. The caller closes it. */
export async function openDeskCloud(options: CloudOptions = {}): Promise<DeskCloud> {
  return allOrNothing(async undo => {
    const cloud = await startCloud(options);
    undo(() => cloud.close());
    const { endpoint, region, credentials, rootCertificate } = cloud;
    const profile = { endpoint, region, credentials, bucket: BUCKET, role: ROLE, rootCertificate };
    const aws = openAws(profile);
    try {
      await makeBucket(aws);
    } finally {
      aws.close();
    }
    return { cloud, profile };
  });
}

/** A cloud whose state lasts has it already. */
async function makeBucket({ s3 }: Aws): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  } catch (error) {
    if (!isAwsError(error, "BucketAlreadyOwnedByYou")) throw error;
  }
}
