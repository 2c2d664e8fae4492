// SPDX-License-Identifier: MIT
import { isSameBytes } from "xs-ota/pal/bytes";
import { type SignatureScheme, signatureSchemes } from "xs-ota/pal/crypto";
import { OtaError } from "xs-ota/pal/error";
import { decodeBase64 } from "./base64.js";
import { isName } from "./characters.js";
import { isObject, type JsonObject, parseUnsigned, Reader, ZERO_FILE_SIZE } from "./read.js";
import type { AppVersion } from "./version.js";

/** How the blocks of a file may travel. */
export type DataProtocol = "MQTT" | "HTTP";

/** One entry of `files`. */
export interface JobFile {
  readonly path: string;
  /** Bytes, 1..2^32-1. */
  readonly size: number;
  /** Of the file within its stream, 0..255. */
  readonly fileId: number;
  readonly certificateName: string;
  readonly url: string | undefined;
  readonly authScheme: string | undefined;
  readonly scheme: SignatureScheme;
  readonly signature: Uint8Array;
  readonly attributes: number;
  /** 0 is firmware unless configured otherwise. */
  readonly fileType: number;
}

/** What `statusDetails` says about an update that went before a reset. */
export interface SelfTest {
  /** Whether the new image itself has reported: "active", where the one that received it says "ready". */
  readonly isActive: boolean;
  /** Version of the image that reported, when it said so. */
  readonly updatedBy: AppVersion | undefined;
}

/** An AWS IoT OTA job. */
export interface OtaJob {
  readonly kind: "ota";
  readonly jobId: string;
  /** Of the job execution; absent when the message carries none. */
  readonly versionNumber: number | undefined;
  /** Which attempt at the job this is; absent when the message carries none. */
  readonly executionNumber: number | undefined;
  readonly selfTest: SelfTest | undefined;
  readonly streamName: string | undefined;
  readonly protocols: readonly DataProtocol[];
  readonly files: readonly JobFile[];
}

/** A job that is not an OTA job: the application may know it. */
export interface CustomJob {
  readonly kind: "custom";
  readonly jobId: string;
  readonly document: unknown;
}

/** What a message with a job execution holds. */
export type ParsedJob = OtaJob | CustomJob | { readonly kind: "none" };

/** Limits of the keys, in characters. Source: ota_config_defaults.h of v3.3.0; AWS IoT limits. */
const MAX_JOB_ID = 64;
const MAX_STREAM_NAME = 128;
const MAX_PATH = 1024;
const MAX_URL = 2048;
const MAX_SCHEME = 64;
const MAX_SIGNATURE_TEXT = 1024;
/** Files of one job. Source: CreateOTAUpdate, otaUpdateFiles. */
const MAX_FILES = 10;

/**
 * The job that a message tells of. One without an execution tells of none, unless it has another object: then a bit may have
 * flipped in the name.
 * @param message a `$next/get/accepted` or `notify-next` message, as JSON gives it
 * @param scheme the signature this device wants
 * @throws OtaError "job-malformed" naming the first field at fault; "protocol-unsupported"; "signature-invalid" when a
 *   file is signed by another scheme only.
 */
export function parseJob(message: unknown, scheme: SignatureScheme): ParsedJob {
  const execution = isObject(message) ? message["execution"] : undefined;
  if (!isFilled(execution)) {
    if (!isObject(message) || !Object.values(message).some(isFilled)) {
      return Object.freeze({ kind: "none" });
    }
    throw new OtaError(
      "job-malformed",
      "execution is missing, and an object of another name is there",
    );
  }
  const reader = new Reader(execution, "execution");
  const jobId = parseJobId(reader);
  const document = reader.need("jobDocument", reader.raw("jobDocument"));
  if (!isObject(document) || !isObject(document["afr_ota"])) {
    return Object.freeze({ kind: "custom", jobId, document });
  }
  return parseOtaJob(reader, jobId, scheme);
}

const isFilled = (value: unknown): value is JsonObject =>
  isObject(value) && Object.keys(value).length > 0;

/** The job id of a message, for reporting that the rest of it is malformed. */
export function jobIdOf(message: unknown): string | undefined {
  const execution = isObject(message) ? message["execution"] : undefined;
  const jobId = isObject(execution) ? execution["jobId"] : undefined;
  return typeof jobId === "string" && isJobId(jobId) ? jobId : undefined;
}

const isJobId = (text: string): boolean => text.length <= MAX_JOB_ID && isName(text);

function parseJobId(execution: Reader): string {
  const jobId = execution.need("jobId", execution.text("jobId", MAX_JOB_ID));
  if (isJobId(jobId)) return jobId;
  throw execution.fault("jobId", "is not of letters, digits, - and _");
}

function parseOtaJob(execution: Reader, jobId: string, scheme: SignatureScheme): OtaJob {
  const ota = execution.object("jobDocument").object("afr_ota");
  const streamName = ota.text("streamname", MAX_STREAM_NAME);
  if (streamName !== undefined && !isName(streamName)) {
    throw ota.fault("streamname", "is not of letters, digits, - and _");
  }
  return Object.freeze({
    kind: "ota",
    jobId,
    versionNumber: execution.uint32("versionNumber"),
    executionNumber: execution.uint32("executionNumber"),
    selfTest: parseSelfTest(execution),
    streamName,
    protocols: parseProtocols(ota),
    files: Object.freeze(ota.objects("files", MAX_FILES).map(file => parseFile(file, scheme))),
  });
}

/** That `self_test` is there counts, whatever its value, as for the C library. */
function parseSelfTest(execution: Reader): SelfTest | undefined {
  const details = execution.raw("statusDetails");
  if (!isObject(details) || !("self_test" in details)) return undefined;
  const updatedBy = parseUpdatedBy(details["updatedBy"]);
  return Object.freeze({ isActive: details["self_test"] === "active", updatedBy });
}

function parseUpdatedBy(value: unknown): AppVersion | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" ? parseUnsigned(text) : undefined;
}

function parseProtocols(ota: Reader): readonly DataProtocol[] {
  const list = ota.need("protocols", ota.raw("protocols"));
  if (!Array.isArray(list)) throw ota.fault("protocols", "is not a list");
  const known = list.filter((name): name is DataProtocol => name === "MQTT" || name === "HTTP");
  if (known.length === 0) {
    const what = `${ota.path}.protocols has neither MQTT nor HTTP`;
    throw new OtaError("protocol-unsupported", what);
  }
  return Object.freeze(known);
}

function parseFile(file: Reader, scheme: SignatureScheme): JobFile {
  const size = file.need("filesize", file.uint32("filesize"));
  if (size === 0) throw file.fault("filesize", "is 0", ZERO_FILE_SIZE);
  const fileId = file.need("fileid", file.uint32("fileid"));
  if (fileId > 0xff) throw file.fault("fileid", "is not in 0..255");
  return Object.freeze({
    path: file.text("filepath", MAX_PATH) ?? "",
    size,
    fileId,
    certificateName: file.text("certfile", MAX_PATH) ?? "",
    url: file.text("update_data_url", MAX_URL),
    authScheme: file.text("auth_scheme", MAX_SCHEME),
    scheme,
    signature: parseSignature(file, scheme),
    attributes: file.uint32("attr") ?? 0,
    fileType: file.uint32("fileType") ?? 0,
  });
}

function parseSignature(file: Reader, scheme: SignatureScheme): Uint8Array {
  const text = file.text(scheme, MAX_SIGNATURE_TEXT);
  if (text === undefined) {
    const others = signatureSchemes.filter(other => file.raw(other) !== undefined);
    const found = others.length === 0 ? "it has none" : `it has ${others.join(", ")}`;
    throw new OtaError("signature-invalid", `${file.path} has no ${scheme} signature; ${found}`);
  }
  const signature = decodeBase64(text);
  if (signature === undefined) throw file.fault(scheme, "is not base64");
  return signature;
}

/** Whether two descriptions are of the same bytes, so that what is received of one serves the other. */
export function isSameFile(a: JobFile, b: JobFile): boolean {
  return a.size === b.size && a.fileType === b.fileType && isSameBytes(a.signature, b.signature);
}
