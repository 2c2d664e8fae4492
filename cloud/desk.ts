// SPDX-License-Identifier: MIT
import { Buckets, S3Error } from "./files/buckets.js";
import { MultipartUploads } from "./files/multipart.js";
import { parseS3Url } from "./files/url.js";
import { IotError } from "./errors.js";
import type { CreateJobInput, Job } from "./jobs/job.js";
import { JobsService } from "./jobs/service.js";
import { OtaUpdates } from "./ota/service.js";
import { Outbox, type Publish } from "./outbox.js";
import { formatArn, parseArn } from "./registry/arn.js";
import { ThingGroups } from "./registry/groups.js";
import { Things } from "./registry/things.js";
import { Certificates } from "./security/certificates.js";
import { Policies } from "./security/policies.js";
import type { Store } from "./store/store.js";
import type { S3Location } from "./streams/stream.js";
import { type StoredFile, StreamsService } from "./streams/service.js";

type Presign = (url: string, expiresInSec: number, thingName: string) => string;

export interface DeskOptions {
  readonly store: Store;
  /** The time in ms since the epoch; a test may give its own. */
  readonly now: () => number;
  readonly publish: Publish;
  /** Signs an S3 URL for a thing and `expiresInSec` seconds; without it, placeholders stay as they are. */
  readonly presign?: Presign;
  /** What DescribeEndpoint gives for an endpoint type, "host:port"; without it, nothing listens. */
  readonly endpointAddress?: (type: string) => string;
  /** Called after each run, when `wakeAt` may have another answer. */
  readonly planned?: () => void;
}

/** Source: API reference, DescribeEndpoint.endpointType: those that are emulated. */
const ENDPOINT_TYPES: readonly string[] = Object.freeze(["iot:Data", "iot:Data-ATS", "iot:Jobs"]);
/** Source: API reference, PresignedUrlConfig.expiresInSec. */
const DEFAULT_EXPIRY_SEC = 3600;
const PLACEHOLDER = /\$\{aws:iot:s3-presigned-url:(https?:[^}"\s]+)\}/g;

/**
 * The whole cloud without a wire: registry, files, jobs and streams over one store and one clock.
 *
 * It does no I/O of its own and owns no timer: a broker, or a test in virtual time, calls
 * {@link Desk.handle} for each message and {@link Desk.wake} when {@link Desk.wakeAt} has come.
 */
export class Desk {
  readonly things: Things;
  readonly groups: ThingGroups;
  readonly certificates: Certificates;
  readonly policies: Policies;
  readonly files: Buckets;
  readonly uploads: MultipartUploads;
  readonly jobs: JobsService;
  readonly streams: StreamsService;
  readonly otaUpdates: OtaUpdates;
  readonly #outbox: Outbox;
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    const { store, now, publish, presign } = options;
    this.#options = options;
    this.#outbox = new Outbox(store, publish);
    this.things = new Things(store);
    this.groups = new ThingGroups(store, now);
    this.certificates = new Certificates(store, now);
    this.policies = new Policies(store, now);
    this.files = new Buckets(store, now);
    this.uploads = new MultipartUploads(store, this.files);
    const shared = { store, outbox: this.#outbox, now, isThing: this.things.has.bind(this.things) };
    this.jobs = new JobsService({
      ...shared,
      thingsOf: arn => this.#thingsOf(arn),
      isTarget: (arn, thingName) => this.#isTarget(arn, thingName),
      checkDocument: checkPlaceholders,
      fillDocument: (job, thingName) =>
        presign === undefined ? job.document : fillPlaceholders(job, thingName, presign),
    });
    this.streams = new StreamsService({ ...shared, readFile: at => this.#readFile(at) });
    const { jobs, streams, files } = this;
    this.otaUpdates = new OtaUpdates({ store, now, jobs, streams, files });
  }

  /** Runs one request of an operator: what it changes lasts, then what it causes is sent. */
  run<R>(act: (desk: this) => R): R {
    try {
      return this.#outbox.run(() => act(this));
    } finally {
      this.#options.planned?.();
    }
  }

  /** Serves what `thingName` published, if the topic is one that the cloud answers on. */
  handle(thingName: string, topic: string, payload: Uint8Array): void {
    this.run(() => {
      if (this.jobs.topics.handle(thingName, topic, payload)) return;
      this.streams.handle(thingName, topic, payload);
    });
  }

  /** Answers a request as a service does that has too many; only the Jobs service tells so. */
  refuse(topic: string, payload: Uint8Array): void {
    if (topic.split("/")[3] === "jobs") this.run(() => this.jobs.topics.refuse(topic, payload));
  }

  /** Does all that is due by now; harmless when nothing is. */
  wake(): void {
    this.run(() => this.jobs.wake());
  }

  /** When to call `wake` next, in ms since the epoch; `undefined` when nothing is planned. */
  wakeAt(): number | undefined {
    return this.jobs.wakeAt();
  }

  /** Where devices connect, "host:port"; empty when nothing listens. @throws IotError "InvalidRequest". */
  endpointAddress(type: string): string {
    if (ENDPOINT_TYPES.includes(type)) return this.#options.endpointAddress?.(type) ?? "";
    throw new IotError(
      "InvalidRequest",
      `endpointType: must be one of ${ENDPOINT_TYPES.join(", ")}`,
    );
  }

  /**
   * Creates a job; `documentSource` is read from the buckets here.
   * @throws IotError "InvalidRequest", "ResourceAlreadyExists", "ResourceNotFound".
   */
  createJob(input: object): Job {
    const { document, documentSource } = input as Partial<Record<string, unknown>>;
    if (document !== undefined || typeof documentSource !== "string") {
      return this.jobs.create(input as CreateJobInput);
    }
    const at = parseS3Url(documentSource);
    const file = at && this.#readFile(at);
    if (file === undefined) {
      throw new IotError("InvalidRequest", `documentSource: no file at ${documentSource}`);
    }
    const text = Buffer.from(file.bytes).toString();
    return this.jobs.create({ ...(input as CreateJobInput), document: text });
  }

  /**
   * Forgets a thing and takes its pending executions away; harmless when there is none.
   * @throws IotError "InvalidRequest" while a certificate is attached to it.
   */
  deleteThing(thingName: string): void {
    if (this.certificates.principalsOf(thingName).length > 0) {
      throw new IotError("InvalidRequest", `A certificate is attached to thing ${thingName}`);
    }
    for (const group of this.groups.groupsOf(thingName)) this.groups.remove(group, thingName);
    this.things.delete(thingName);
    this.jobs.left(thingName);
  }

  /** Puts a thing in a group; continuous jobs on the group, or on one above, reach it at once. */
  joinGroup(group: string, thingName: string): void {
    this.things.get(thingName);
    if (!this.groups.add(group, thingName)) return;
    for (const name of this.groups.lineage(group)) {
      this.jobs.joined(formatArn(`thinggroup/${name}`), thingName);
    }
  }

  /** Takes a thing out of a group, and from continuous jobs that mean it by nothing else. */
  leaveGroup(group: string, thingName: string): void {
    this.groups.remove(group, thingName);
    this.jobs.left(thingName);
  }

  #isTarget(targetArn: string, thingName: string): boolean {
    const target = parseArn(targetArn);
    if (target === undefined) return false;
    if (target.type === "thing") return target.name === thingName && this.things.has(thingName);
    const groups = this.groups.groupsOf(thingName).flatMap(name => this.groups.lineage(name));
    return groups.includes(target.name);
  }

  #thingsOf(targetArn: string): readonly string[] {
    const target = parseArn(targetArn);
    if (target?.type === "thing") return [this.things.get(target.name).thingName];
    if (target?.type === "thinggroup") return this.groups.thingsIn(target.name, true);
    throw new IotError("InvalidRequest", `targets: ${targetArn} is no thing or thing group`);
  }

  #readFile({ bucket, key, version }: S3Location): StoredFile | undefined {
    try {
      const object = this.files.find(bucket, key, version);
      return { bytes: this.files.read(object), etag: object.etag };
    } catch (error) {
      if (error instanceof S3Error) return undefined;
      throw error;
    }
  }
}

/** @throws IotError "InvalidRequest" when a placeholder names no object. */
function checkPlaceholders(document: string): void {
  for (const [placeholder, url = ""] of document.matchAll(PLACEHOLDER)) {
    if (parseS3Url(url) !== undefined) continue;
    throw new IotError("InvalidRequest", `document: ${placeholder} names no object`);
  }
}

/** Each request for a document gets URLs of its own, good from that moment on. */
function fillPlaceholders(job: Job, thingName: string, presign: Presign): string {
  const expiresInSec = job.presignedUrlConfig?.expiresInSec ?? DEFAULT_EXPIRY_SEC;
  return job.document.replace(PLACEHOLDER, (_, url: string) =>
    presign(url, expiresInSec, thingName),
  );
}
