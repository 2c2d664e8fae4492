// SPDX-License-Identifier: MIT
import { randomUUID } from "node:crypto";
import type { Buckets } from "../files/buckets.js";
import { IotError } from "../errors.js";
import { parseRequest } from "../jobs/requests.js";
import type { JobsService } from "../jobs/service.js";
import { place } from "../registry/arn.js";
import { needNone, needResource } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import type { StreamsService } from "../streams/service.js";
import type { S3Location } from "../streams/stream.js";
import {
  createOtaUpdateRequest,
  type CreateOtaUpdateRequest,
  formatDocument,
  type OtaUpdate,
  type OtaUpdateFile,
  type PlacedFile,
} from "./update.js";

/** What OTA updates are made of. */
export interface OtaUpdatesOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly jobs: JobsService;
  readonly streams: StreamsService;
  readonly files: Buckets;
}

/** OTA updates: each is a stream of its files and a job whose document describes them. */
export class OtaUpdates {
  readonly #options: OtaUpdatesOptions;
  readonly #updates: Table<OtaUpdate>;

  constructor(options: OtaUpdatesOptions) {
    this.#options = options;
    this.#updates = options.store.table("ota-updates");
  }

  /**
   * Makes the stream, unless the files name one, and the job.
   * @throws IotError "InvalidRequest", "ResourceAlreadyExists", "ResourceNotFound"; S3Error for a file.
   */
  create(input: unknown): OtaUpdate {
    const request = parseRequest(createOtaUpdateRequest, input);
    const { otaUpdateId, files } = request;
    needNone(this.#updates, "OTA update", otaUpdateId);
    const given = files.flatMap(f => ("stream" in f.fileLocation ? [f.fileLocation.stream] : []));
    const streamId = given[0]?.streamId ?? `AFR_OTA-${randomUUID()}`;
    const placed = files.map((file, index) => this.#place(file, index));
    const ownsStream = given.length === 0;
    if (ownsStream) this.#createStream(request, streamId);
    const jobId = `AFR_OTA-${otaUpdateId}`;
    try {
      this.#createJob(request, jobId, formatDocument(request.protocols, streamId, placed));
    } catch (error) {
      if (ownsStream) this.#options.streams.delete(streamId);
      throw error;
    }
    const update = { ...request, jobId, streamId, ownsStream, createdAt: this.#options.now() };
    this.#updates.put(otaUpdateId, update);
    return update;
  }

  /** @throws IotError "ResourceNotFound". */
  get(otaUpdateId: string): OtaUpdate {
    return needResource(this.#updates, "OTA update", otaUpdateId);
  }

  list(): OtaUpdate[] {
    return this.#updates.values();
  }

  /** @throws IotError "ResourceNotFound", "InvalidRequest" while the job runs and without force. */
  delete(otaUpdateId: string, options: { deleteStream: boolean; forceDeleteJob: boolean }): void {
    const { jobId, streamId, ownsStream } = this.get(otaUpdateId);
    const { jobs, streams } = this.#options;
    if (jobs.list().some(job => job.jobId === jobId)) jobs.delete(jobId, options.forceDeleteJob);
    if (options.deleteStream && ownsStream) streams.delete(streamId);
    this.#updates.delete(otaUpdateId);
  }

  #place(file: OtaUpdateFile, index: number): PlacedFile {
    const { fileLocation } = file;
    const [at, fileId] =
      "s3Location" in fileLocation
        ? [fileLocation.s3Location, index]
        : [this.#streamedFile(fileLocation.stream), fileLocation.stream.fileId];
    const { size } = this.#options.files.find(at.bucket, at.key, at.version);
    const key = at.key.split("/").map(encodeURIComponent).join("/");
    const url = `https://s3.${place.region}.amazonaws.com/${at.bucket}/${key}`;
    return { ...file, fileId, size, url };
  }

  #streamedFile({ streamId, fileId }: { streamId: string; fileId: number }): S3Location {
    const { files } = this.#options.streams.get(streamId);
    const found = files.find(file => file.fileId === fileId);
    if (found !== undefined) return found.s3Location;
    throw new IotError("InvalidRequest", `files: stream ${streamId} has no file ${fileId}`);
  }

  #createStream({ files, roleArn, otaUpdateId }: CreateOtaUpdateRequest, streamId: string): void {
    const description = `OTA update ${otaUpdateId}`;
    const streamed = files.flatMap(({ fileLocation }, fileId) =>
      "s3Location" in fileLocation ? [{ fileId, s3Location: fileLocation.s3Location }] : [],
    );
    this.#options.streams.create({ streamId, description, files: streamed, roleArn });
  }

  #createJob(request: CreateOtaUpdateRequest, jobId: string, document: object): void {
    const { awsJobAbortConfig, awsJobPresignedUrlConfig, roleArn } = request;
    const criteriaList = awsJobAbortConfig?.abortCriteriaList;
    this.#options.jobs.create({
      jobId,
      targets: request.targets,
      targetSelection: request.targetSelection,
      description: request.description,
      document: JSON.stringify(document),
      presignedUrlConfig: { roleArn, ...awsJobPresignedUrlConfig },
      jobExecutionsRolloutConfig: request.awsJobExecutionsRolloutConfig,
      abortConfig: criteriaList && { criteriaList },
      timeoutConfig: request.awsJobTimeoutConfig,
    });
  }
}
