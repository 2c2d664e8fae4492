// SPDX-License-Identifier: MIT
import type { OtaError, OtaErrorCode } from "xs-ota/pal/error";
import { isObject } from "./read.js";
import { type AppVersion, formatVersion } from "./version.js";

/** What the agent tells the cloud about a job execution. */
export type StatusReport =
  | { readonly kind: "receiving"; readonly received: number; readonly total: number }
  | { readonly kind: "ready"; readonly version: AppVersion }
  | { readonly kind: "active"; readonly version: AppVersion }
  | { readonly kind: "accepted"; readonly version: AppVersion; readonly updatedBy: AppVersion }
  | { readonly kind: "received"; readonly fileType: number }
  | { readonly kind: "failed"; readonly error: OtaError }
  | {
      readonly kind: "custom";
      readonly status: "SUCCEEDED" | "FAILED" | "REJECTED";
      readonly reason: string;
    };

/** How the C library words a failure; "value" is the pair of a main and a sub code. */
type Wording = "rejected" | "aborted" | "value";

/** Codes that v3.3.0 words otherwise than as a value. Source: setImageStateWithReason and its callers in ota.c. */
const wordings: Readonly<Partial<Record<OtaErrorCode, Wording>>> = Object.freeze({
  "version-older": "rejected",
  "version-same": "rejected",
  "security-counter-older": "rejected",
  "state-mismatch": "rejected",
  "image-reverted": "rejected",
  "protocol-unsupported": "aborted",
  "download-stalled": "aborted",
  "user-aborted": "aborted",
  "flash-failed": "aborted",
  "image-too-large": "aborted",
});

/** Longest value of a status detail. Source: AWS IoT Jobs data plane, DetailsValue. */
const MAX_DETAIL = 1024;
const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;

function reasonOf(error: OtaError): string {
  const wording = wordings[error.code] ?? "value";
  if (wording !== "value") return `${wording}: ${hex(error.number)}`;
  return `${hex(error.number)}: ${hex(error.hostCode >>> 0)}`;
}

/** First and last of the characters that a status detail may not have, pair by pair. Source: DetailsValue, `[^\p{C}]`. */
// prettier-ignore
const unwelcome: readonly number[] = Object.freeze([
  0x00, 0x1f, 0x7f, 0x9f, 0xad, 0xad, 0x600, 0x605, 0x61c, 0x61c, 0x6dd, 0x6dd, 0x70f, 0x70f, 0x890, 0x891,
  0x8e2, 0x8e2, 0x180e, 0x180e, 0x200b, 0x200f, 0x202a, 0x202e, 0x2060, 0x206f, 0xd800, 0xf8ff, 0xfeff, 0xfeff,
  0xfff0, 0xfffb, 0xfffe, 0x10ffff,
]);

const isUnwelcome = (code: number): boolean =>
  unwelcome.some((first, at) => at % 2 === 0 && code >= first && code <= (unwelcome[at + 1] ?? 0));

/**
 * Text as a status detail may be: 1 to 1024 characters, without controls, format characters, surrogates and private
 * ones. Characters beyond U+FFFF go as well, each for one space: to most engines they are two surrogates, to XS one unit.
 */
function plain(text: string): string {
  let kept = "";
  for (const character of text) {
    if (kept.length === MAX_DETAIL) break;
    kept += isUnwelcome(character.codePointAt(0) ?? 0) ? " " : character;
  }
  return kept || " ";
}

interface Status {
  readonly status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED";
  readonly statusDetails: Readonly<Record<string, string>>;
}

const inProgress = (statusDetails: Status["statusDetails"]): Status => ({
  status: "IN_PROGRESS",
  statusDetails,
});

const selfTest = (phase: "ready" | "active", version: AppVersion): Status =>
  inProgress({ self_test: phase, updatedBy: hex(version) });

const succeeded = (reason: string, updatedBy: string): Status => ({
  status: "SUCCEEDED",
  statusDetails: { reason: `accepted  v${reason}`, updatedBy: `  v${updatedBy}` },
});

function failed(error: OtaError): Status {
  const detail = plain(`${error.code}: ${error.message}`);
  return { status: error.verdict, statusDetails: { reason: reasonOf(error), detail } };
}

function statusOf(report: StatusReport): Status {
  switch (report.kind) {
    case "receiving":
      return inProgress({ receive: `${report.received}/${report.total}` });
    case "ready":
    case "active":
      return selfTest(report.kind, report.version);
    case "accepted":
      return succeeded(formatVersion(report.version), formatVersion(report.updatedBy));
    case "received":
      return succeeded(formatVersion(report.fileType), formatVersion(0));
    case "failed":
      return failed(report.error);
    case "custom":
      return { status: report.status, statusDetails: { reason: plain(report.reason) } };
  }
}

/** Longest token. Source: AWS IoT Streams; Jobs names no limit. */
const MAX_TOKEN = 64;

/** Tells the reply to one request from those to others; in the C library's form. @param count requests so far */
export const formatToken = (count: number, thing: string): string =>
  `${count}:${thing}`.slice(0, MAX_TOKEN);

/** The token of the request that a reply answers, if it had one and the reply is whole. */
export function tokenOf(reply: unknown): string | undefined {
  const token = isObject(reply) ? reply["clientToken"] : undefined;
  return typeof token === "string" ? token : undefined;
}

/** What an update may be bound to. Source: AWS IoT Jobs, UpdateJobExecution. */
export interface StatusConditions {
  /** Comes back with the reply. */
  readonly clientToken?: string;
  /** The update is refused unless the execution has this version. */
  readonly expectedVersion?: number;
  readonly executionNumber?: number;
  /** Minutes until the execution times out unless it is updated again, 1..10080. */
  readonly stepTimeoutInMinutes?: number;
}

/**
 * The UpdateJobExecution request for a report: byte for byte what v3.3.0 of the C library sends, save that
 * a zero is written as 0, that a failure for good is REJECTED, that a failure carries a readable `detail`, and that
 * `conditions` follow.
 * Source: docs/parity.md, "Status messages".
 */
export function formatStatus(report: StatusReport, conditions: StatusConditions = {}): string {
  return JSON.stringify({ ...statusOf(report), ...conditions });
}

/** Whether a report ends the job. */
export function isTerminal(report: StatusReport): boolean {
  return !["receiving", "ready", "active"].includes(report.kind);
}
