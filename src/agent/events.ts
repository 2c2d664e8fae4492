// SPDX-License-Identifier: MIT
import type { OtaError } from "xs-ota/pal/error";
import type { AppVersion } from "../job/version.js";
import type { OtaState } from "./table.js";

/** The job that an event is about. */
export interface JobInfo {
  readonly jobId: string;
  /** From the job document; 0 is firmware unless configured otherwise. */
  readonly fileType: number;
  /** Bytes of the file. */
  readonly fileSize: number;
}

/** The application's verdict on a job that is not an OTA job. */
export type CustomJobVerdict = "SUCCEEDED" | "FAILED" | "REJECTED";

/**
 * What the agent tells the application: the C library's OtaJobEvent_t by its names, less "Processed", which handed back a
 * buffer that we do not borrow; then ours.
 */
export type OtaEvent =
  /** The image is received and verified: call `activate()` when it suits. */
  | { readonly type: "Activate"; readonly job: JobInfo }
  /** The job failed, which the cloud is told, or is the device's no more. `job` is absent when the document was malformed. */
  | { readonly type: "Fail"; readonly job: JobInfo | undefined; readonly error: OtaError }
  /** The running image is on trial: check it, then call `setImageState`. */
  | { readonly type: "StartTest"; readonly jobId: string }
  /** The image on trial is given up; the device restarts into the old one. */
  | { readonly type: "SelfTestFailed"; readonly reason: string }
  /** A job that is not an OTA job; call `answer` before returning, or throwing, to take it, or it is rejected. */
  | {
      readonly type: "ParseCustomJob";
      readonly jobId: string;
      readonly document: unknown;
      readonly answer: (verdict: CustomJobVerdict, reason: string) => void;
    }
  /** An OTA job arrived; its files are received next. */
  | { readonly type: "ReceivedJob"; readonly job: JobInfo }
  /** A file that is not firmware is received and verified. */
  | { readonly type: "UpdateComplete"; readonly job: JobInfo }
  /** The cloud has no job for the device. */
  | { readonly type: "NoActiveJob" }
  | { readonly type: "StateChange"; readonly from: OtaState; readonly to: OtaState }
  /** Blocks of the file that are on the flash. */
  | { readonly type: "Progress"; readonly received: number; readonly total: number }
  /** The agent rests until `resume`; `job` is what was under way, and its blocks stay. */
  | { readonly type: "Suspended"; readonly job: JobInfo | undefined }
  /** The agent asks for a job again; `job` is what was under way when it was suspended. */
  | { readonly type: "Resumed"; readonly job: JobInfo | undefined }
  /** The running image is permanent. */
  | { readonly type: "Committed"; readonly version: AppVersion }
  /** The new image did not stay; the running one is the old one again. */
  | { readonly type: "Reverted"; readonly jobId: string; readonly reason: string };
