// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import { parseRequest } from "../jobs/requests.js";
import type { Outbox } from "../outbox.js";
import { needNone, needResource } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import { type Codec, codecs, json } from "./codec.js";
import { Rejection } from "./rejection.js";
import { checkToken, parseGet, tokenOf } from "./requests.js";
import {
  createStreamRequest,
  type S3Location,
  type Stream,
  updateStreamRequest,
} from "./stream.js";

/** Source: AWS IoT service quotas: 98,304 blocks of 256 bytes. */
const MAX_FILE_SIZE = 98304 * 256;
const MAX_VERSION = 65535;

/** A file as the bucket holds it now. */
export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** What the Streams service needs of the rest of the cloud. */
export interface StreamsServiceOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  /** The time in ms since the epoch. */
  readonly now: () => number;
  readonly isThing: (thingName: string) => boolean;
  readonly readFile: (location: S3Location) => StoredFile | undefined;
}

type Fields = Record<string, unknown>;

const TOPIC =
  /^\$aws\/things\/(?<thing>[^/]+)\/streams\/(?<streamId>[^/]+)\/(?<verb>[^/]+)\/(?<format>[^/]+)$/;
type TopicWords = Readonly<Record<"thing" | "streamId" | "verb" | "format", string>>;

/** One request, taken apart by its topic. */
interface Request {
  readonly thingName: string;
  readonly streamId: string;
  readonly verb: string;
  readonly payload: Uint8Array;
  readonly codec: Codec;
}

/** MQTT-based file delivery: streams, and the blocks that devices ask of them. */
export class StreamsService {
  readonly #options: StreamsServiceOptions;
  readonly #streams: Table<Stream>;

  constructor(options: StreamsServiceOptions) {
    this.#options = options;
    this.#streams = options.store.table<Stream>("streams");
  }

  /** @throws IotError "InvalidRequest", "ResourceAlreadyExists", "ResourceNotFound" (a file). */
  create(input: unknown): Stream {
    const request = parseRequest(createStreamRequest, input);
    needNone(this.#streams, "Stream", request.streamId);
    const now = this.#options.now();
    const times = { createdAt: now, lastUpdatedAt: now };
    return this.#put({ ...request, ...times, version: 1, etags: {} });
  }

  /** @throws IotError "InvalidRequest", "ResourceNotFound". */
  update(streamId: string, input: unknown): Stream {
    const request = parseRequest(updateStreamRequest, input);
    const old = this.get(streamId);
    const version = old.version === MAX_VERSION ? 0 : old.version + 1;
    const lastUpdatedAt = this.#options.now();
    const changes = Object.fromEntries(Object.entries(request).filter(([, v]) => v !== undefined));
    return this.#put({ ...old, ...changes, version, lastUpdatedAt });
  }

  /** @throws IotError "ResourceNotFound". */
  get(streamId: string): Stream {
    return needResource(this.#streams, "Stream", streamId);
  }

  list(): Stream[] {
    return this.#streams.values();
  }

  /** @throws IotError "ResourceNotFound". */
  delete(streamId: string): void {
    this.get(streamId);
    this.#streams.delete(streamId);
  }

  /**
   * Serves the request that `thingName` published on `topic`.
   * @returns `false` when the topic asks nothing of the Streams service.
   */
  handle(thingName: string, topic: string, payload: Uint8Array): boolean {
    const match = TOPIC.exec(topic)?.groups as TopicWords | undefined;
    if (match === undefined || isReply(match.verb)) return false;
    const { streamId, verb, format } = match;
    const codec = codecs.get(format);
    const base = `$aws/things/${thingName}/streams/${streamId}`;
    const post = (kind: string, body: Fields): void =>
      this.#options.outbox.post(`${base}/${kind}/${format}`, (codec ?? json).encode(body), 0);
    if (codec !== undefined && match.thing === thingName) {
      this.#serve({ thingName, streamId, verb, payload, codec }, post);
    } else {
      post("rejected", { o: "InvalidTopic", m: `No operation at ${topic}` });
    }
    return true;
  }

  #serve(request: Request, post: (kind: string, body: Fields) => void): void {
    let token: string | undefined;
    try {
      const message = request.codec.decode(request.payload);
      token = tokenOf(message);
      const stream = this.#find(request);
      if (request.verb === "describe") post("description", this.#describe(stream, message));
      else for (const block of this.#blocks(stream, message, request.codec)) post("data", block);
    } catch (cause) {
      post("rejected", { ...formatRejection(cause), ...echo(token) });
    }
  }

  #find({ thingName, streamId, verb }: Request): Stream {
    if (verb !== "describe" && verb !== "get") {
      throw new Rejection("InvalidTopic", `No operation ${verb}`);
    }
    if (!this.#options.isThing(thingName)) {
      throw new Rejection("Unauthorized", `Thing ${thingName} is not registered`);
    }
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) return stream;
    throw new Rejection("ResourceNotFound", `No stream ${streamId}`);
  }

  #describe(stream: Stream, message: unknown): Fields {
    checkToken(message);
    const r = stream.files.map(({ fileId }) => ({
      f: fileId,
      z: this.#read(stream, fileId).bytes.length,
    }));
    return { ...echo(tokenOf(message)), s: stream.version, d: stream.description ?? "", r };
  }

  *#blocks(stream: Stream, message: unknown, codec: Codec): Generator<Fields> {
    const request = parseGet(message, codec);
    if (request.version !== undefined && request.version !== stream.version) {
      throw new Rejection("VersionMismatch", `The stream has version ${stream.version}`);
    }
    const { bytes } = this.#read(stream, request.fileId);
    for (const index of request.blocksOf(bytes.length)) {
      const first = index * request.blockSize;
      const block = bytes.subarray(first, first + request.blockSize);
      const head = { f: request.fileId, l: block.length, i: index };
      yield { ...echo(request.token), ...head, p: codec.formatBlock(block) };
    }
  }

  #read(stream: Stream, fileId: number): StoredFile {
    const entry = stream.files.find(file => file.fileId === fileId);
    const file = entry && this.#options.readFile(entry.s3Location);
    if (file === undefined) throw new Rejection("ResourceNotFound", `No file ${fileId}`);
    const etag = stream.etags[String(fileId)];
    if (etag === file.etag) return file;
    throw new Rejection("ETagMismatch", `File ${fileId} changed after the stream was made`);
  }

  #put(stream: Stream): Stream {
    const etags: Record<string, string> = {};
    for (const { fileId, s3Location } of stream.files) {
      const file = this.#options.readFile(s3Location);
      const name = `${s3Location.bucket}/${s3Location.key}`;
      if (file === undefined) throw new IotError("ResourceNotFound", `No file at ${name}`);
      if (file.bytes.length > MAX_FILE_SIZE) {
        throw new IotError("InvalidRequest", `${name} is over ${MAX_FILE_SIZE} bytes`);
      }
      etags[fileId] = file.etag;
    }
    const stored = { ...stream, etags };
    this.#streams.put(stream.streamId, stored);
    return stored;
  }
}

function echo(token: string | undefined): Fields {
  return token === undefined ? {} : { c: token };
}

function isReply(verb: string): boolean {
  return ["description", "data", "rejected"].includes(verb);
}

function formatRejection(cause: unknown): Fields {
  if (cause instanceof Rejection) return { o: cause.code, m: cause.message };
  return { o: "InternalError", m: cause instanceof Error ? cause.message : "" };
}
