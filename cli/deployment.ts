// SPDX-License-Identifier: MIT
import { randomBytes, randomUUID } from "node:crypto";
import {
  CreateJobCommand,
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeThingCommand,
  DescribeThingGroupCommand,
  GetJobDocumentCommand,
} from "@aws-sdk/client-iot";
import type { CreateJobRequest } from "@aws-sdk/client-iot";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { DataProtocol } from "xs-ota/job/document";
import type { Aws } from "./aws.js";
import { CliError } from "./failure.js";
import { formatJobDocument } from "./job-document.js";
import type { DetachedSignature } from "./signing.js";
import { allOrNothing, evenInterrupted } from "./undo.js";

/** A file on its way to devices, signed. */
export interface SignedFile extends DetachedSignature {
  readonly bytes: Uint8Array;
  /** What the device calls the file. */
  readonly path: string;
  /** What the device calls the certificate that verifies it. */
  readonly certificateName: string;
  readonly fileType: number;
}

/** An update to be deployed. */
export interface Deployment {
  readonly jobId: string;
  readonly things: readonly string[];
  readonly groups: readonly string[];
  readonly file: SignedFile;
  readonly protocols: readonly DataProtocol[];
  /** Rollout, abort, timeout, retry: handed to CreateJob as they are. */
  readonly settings: Partial<CreateJobRequest>;
}

/** A deployment with the names that the cloud is going to know its parts by. */
export interface DeploymentPlan {
  readonly jobId: string;
  readonly bucket: string;
  readonly key: string;
  readonly streamName: string;
  readonly role: string;
  readonly document: object;
}

/** An id that no other job has. It may have letters, digits, - and _, 64 at most. Source: AWS IoT API, CreateJob. */
export function newJobId(path: string): string {
  const name = path.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, 36);
  const seconds = Math.floor(Date.now() / 1000);
  return `AFR_OTA-${name}-${seconds}-${randomBytes(4).toString("hex")}`;
}

/**
 * Names the parts of a deployment and writes its job document; asks nothing of the cloud. The file's key and the
 * stream's name are this deployment's alone, though a job of its id be there: what it takes back is its own.
 * @throws CliError "usage" when the profile says too little.
 */
export async function planDeployment(deployment: Deployment, aws: Aws): Promise<DeploymentPlan> {
  const { jobId, file, protocols } = deployment;
  const bucket = need(aws.profile.bucket, "bucket");
  const role = need(aws.profile.role, "role");
  const unique = randomUUID();
  const streamName = `AFR_OTA-${unique}`;
  const key = `${jobId}/${unique}/${file.path.split("/").at(-1) ?? "image"}`;
  const document = formatJobDocument({
    protocols,
    streamName,
    region: await aws.iot.config.region(),
    file: { ...file, size: file.bytes.length, bucket, key },
  });
  return { jobId, bucket, key, streamName, role, document };
}

function need(value: string | undefined, name: "bucket" | "role"): string {
  if (value !== undefined) return value;
  throw new CliError(
    "usage",
    `no ${name} is given`,
    `Give --${name}, or put "${name}" in the profile.`,
  );
}

/**
 * Puts the file in the bucket, and makes the stream and the job. What was made before a failure is taken away
 * again.
 * @throws CliError "cloud".
 */
export async function deploy(
  deployment: Deployment,
  plan: DeploymentPlan,
  aws: Aws,
): Promise<void> {
  await allOrNothing(async undo => {
    const targets = await findTargets(deployment, aws);
    const object = { Bucket: plan.bucket, Key: plan.key };
    await aws.s3.send(new PutObjectCommand({ ...object, Body: deployment.file.bytes }));
    undo(() => aws.s3.send(new DeleteObjectCommand(object)));
    if (deployment.protocols.includes("MQTT")) {
      await aws.iot.send(createStream(plan));
      undo(() => aws.iot.send(new DeleteStreamCommand({ streamId: plan.streamName })));
    }
    const command = createJob(deployment, plan, targets);
    await aws.iot.send(command).catch(async (error: unknown) => {
      if (!(await evenInterrupted(() => isMade(plan, aws)))) throw error;
    });
  });
}

/** Whether the job is there, and ours: the answer that said so may be lost, and the second attempt was refused. */
async function isMade({ jobId, key, streamName }: DeploymentPlan, { iot }: Aws): Promise<boolean> {
  try {
    const { document = "" } = await iot.send(new GetJobDocumentCommand({ jobId }));
    return [key, streamName].some(own => document.includes(own));
  } catch {
    return false; // what became of the job's creation is what is told
  }
}

function createStream({
  streamName,
  bucket,
  key,
  role,
  jobId,
}: DeploymentPlan): CreateStreamCommand {
  return new CreateStreamCommand({
    streamId: streamName,
    description: `xs-ota job ${jobId}`,
    files: [{ fileId: 0, s3Location: { bucket, key } }],
    roleArn: role,
  });
}

function createJob(
  { protocols, settings }: Deployment,
  { jobId, document, role }: DeploymentPlan,
  targets: string[],
): CreateJobCommand {
  const signed = protocols.includes("HTTP");
  return new CreateJobCommand({
    jobId,
    targets,
    document: JSON.stringify(document),
    targetSelection: "SNAPSHOT",
    ...(signed ? { presignedUrlConfig: { roleArn: role, expiresInSec: 3600 } } : {}),
    ...settings,
  });
}

/** The ARNs of the things and groups. @throws CliError "cloud" for the first that the cloud does not have. */
async function findTargets({ things, groups }: Deployment, { iot }: Aws): Promise<string[]> {
  const arns: (string | undefined)[] = [];
  for (const thingName of things) {
    arns.push((await iot.send(new DescribeThingCommand({ thingName }))).thingArn);
  }
  for (const thingGroupName of groups) {
    arns.push((await iot.send(new DescribeThingGroupCommand({ thingGroupName }))).thingGroupArn);
  }
  return arns.filter(arn => arn !== undefined);
}
