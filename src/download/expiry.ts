// SPDX-License-Identifier: MIT
import type { OtaError } from "xs-ota/pal/error";

/** A presigned URL is over: a fresh one is to be had with the job document. Source: Amazon S3, "Error responses". */
const expired: readonly number[] = Object.freeze([401, 403]);

/** Whether a fault says that the URL is over. */
export function isExpired(error: OtaError): boolean {
  return error.code === "http-failed" && expired.includes(error.hostCode);
}
