// SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { iot, iotjobs, mqtt, mqtt_request_response } from "aws-iot-device-sdk-v2";

/*
 * A device made of AWS's own device SDK (aws-iot-device-sdk-v2, its MQTT and TLS in C). It is a process of its
 * own, and ended from outside: as of aws-crt 1.33 its finalizers abort a process that ends by itself.
 */

/** What the device connects with, and where. */
export interface SdkDeviceOptions {
  readonly thingName: string;
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly rootCertificate: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** Bytes of the file that it downloads. */
  readonly fileSize: number;
}

/** What the device saw. */
export interface SdkUpdate {
  readonly jobId: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** The error code that a second update of the job met. */
  readonly repeat: string;
}

const self = fileURLToPath(import.meta.url);

/** Starts a device that does one update; `ready` resolves when it waits for a job. */
export function startSdkDevice(options: SdkDeviceOptions): {
  readonly ready: Promise<void>;
  readonly update: Promise<SdkUpdate>;
} {
  const child = spawn(process.execPath, [self, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { done, value } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error("the device ended before it was through");
    return value;
  };
  const ready = next().then(() => undefined);
  const update = ready.then(next).finally(() => child.kill("SIGKILL"));
  return { ready, update: update.then(line => JSON.parse(line) as SdkUpdate) };
}

async function connect(options: SdkDeviceOptions): Promise<mqtt.MqttClientConnection> {
  const { certificate, privateKey, rootCertificate, thingName, host, port } = options;
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(certificate, privateKey)
    .with_certificate_authority(rootCertificate)
    .with_client_id(thingName)
    .with_clean_session(true)
    .with_endpoint(host)
    .with_port(port)
    .build();
  const connection = new mqtt.MqttClient().new_connection(config);
  await connection.connect();
  return connection;
}

const BLOCK = 4096;

interface Data {
  readonly i: number;
  readonly p: string;
}

/** Downloads file 0 of a stream, in JSON. */
async function download(
  connection: mqtt.MqttClientConnection,
  { thingName, fileSize }: SdkDeviceOptions,
  stream: string,
): Promise<Buffer> {
  const base = `$aws/things/${thingName}/streams/${stream}`;
  const bytes = Buffer.alloc(fileSize);
  const left = new Set(Array.from({ length: Math.ceil(fileSize / BLOCK) }, (_, i) => i));
  const request = { f: 0, l: BLOCK, o: 0, n: left.size };
  const complete = new Promise<void>(resolve => {
    const take = (_: string, payload: ArrayBuffer): void => {
      const { i, p } = JSON.parse(Buffer.from(payload).toString()) as Data;
      bytes.set(Buffer.from(p, "base64"), i * BLOCK);
      left.delete(i);
      if (left.size === 0) resolve();
    };
    void connection
      .subscribe(`${base}/data/json`, mqtt.QoS.AtLeastOnce, take)
      .then(() => connection.publish(`${base}/get/json`, request, mqtt.QoS.AtLeastOnce));
  });
  await complete;
  return bytes;
}

async function run(options: SdkDeviceOptions): Promise<void> {
  const { thingName } = options;
  const connection = await connect(options);
  const jobs = iotjobs.IotJobsClientv2.newFromMqtt311(connection, {
    maxRequestResponseSubscriptions: 8,
    maxStreamingSubscriptions: 2,
    operationTimeoutInSeconds: 20,
  });
  const { StreamingOperation } = mqtt_request_response;
  const changes = jobs.createNextJobExecutionChangedStream({ thingName });
  changes.open();
  await once(changes, StreamingOperation.SUBSCRIPTION_STATUS);
  const changed = once(changes, StreamingOperation.INCOMING_PUBLISH);
  process.stdout.write("ready\n");
  await changed;
  const { execution = {} } = await jobs.startNextPendingJobExecution({ thingName });
  const { jobId = "", versionNumber = 0 } = execution;
  const document = execution.jobDocument as { afr_ota: { streamname: string } };
  const file = await download(connection, options, document.afr_ota.streamname);
  const update = { thingName, jobId, status: iotjobs.model.JobStatus.SUCCEEDED };
  await jobs.updateJobExecution({ ...update, expectedVersion: versionNumber });
  const repeat = await jobs.updateJobExecution(update).then(() => "none", codeOf);
  const digest = createHash("sha256").update(file).digest("hex");
  process.stdout.write(`${JSON.stringify({ jobId, digest, repeat })}\n`);
}

function codeOf(error: unknown): string {
  return (error as { modeledError?: { code?: string } }).modeledError?.code ?? String(error);
}

if (process.argv[1] === self) await run(JSON.parse(process.argv[2] ?? "") as SdkDeviceOptions);
