// SPDX-License-Identifier: MIT
import type { TestContext } from "node:test";
import { IoTClient } from "@aws-sdk/client-iot";
import { IoTJobsDataPlaneClient } from "@aws-sdk/client-iot-jobs-data-plane";
import { S3Client } from "@aws-sdk/client-s3";
import { type Cloud, type CloudOptions, startCloud } from "xs-ota/cloud/cloud";

/** A cloud with AWS's own clients set on it. */
export interface CloudBench {
  readonly cloud: Cloud;
  readonly iot: IoTClient;
  readonly jobsData: IoTJobsDataPlaneClient;
  readonly s3: S3Client;
}

/** Starts a cloud that ends with the test; bare clients may connect to its `plainMqtt`. */
export async function openCloud(t: TestContext, options: CloudOptions = {}): Promise<CloudBench> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const cloud = await startCloud({ plainMqttPort: 0, ...options });
  const { endpoint, region, credentials } = cloud;
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  const bench = {
    cloud,
    iot: new IoTClient(settings),
    jobsData: new IoTJobsDataPlaneClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
  };
  t.after(async () => {
    for (const client of [bench.iot, bench.jobsData, bench.s3]) client.destroy();
    await cloud.close();
  });
  return bench;
}
