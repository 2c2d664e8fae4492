// SPDX-License-Identifier: MIT
import type { OtaError } from "xs-ota/pal/error";
import type { OtaJob, ParsedJob } from "../job/document.js";

/** The C library's states, by its names. Source: OtaState_t in ota.h. */
export type OtaState =
  | "Init"
  | "Ready"
  | "RequestingJob"
  | "WaitingForJob"
  | "CreatingFile"
  | "RequestingFileBlock"
  | "WaitingForFileBlock"
  | "ClosingFile"
  | "Suspended"
  | "ShuttingDown"
  | "Stopped";

/** A block that arrived. */
export interface ReceivedBlock {
  readonly blockIndex: number;
  readonly bytes: Uint8Array;
}

/** A job that can't be done, and why. */
export interface MalformedJob {
  readonly kind: "malformed";
  readonly jobId: string;
  readonly error: OtaError;
}

/** A job that arrived. */
export type JobDocument = ParsedJob | MalformedJob;

/** Why blocks that were asked for will not come. */
export interface BlockFault {
  readonly error: OtaError;
  /** Whether asking again hardly helps. */
  readonly isFinal: boolean;
}

/** How an agent ends. The two parameters of OTA_Shutdown. */
export interface ShutdownOptions {
  /** Milliseconds to wait for the cloud's reply to the report that ends a job; by default 0. */
  readonly timeoutMs?: number;
  /** Whether to unsubscribe; by default it does. */
  readonly unsubscribe?: boolean;
}

/** What each event brings. The first thirteen are the C library's OtaEvent_t, by its names; the others are ours. */
export interface EventData {
  readonly Start: undefined;
  /** Id of the job whose image is on trial. */
  readonly StartSelfTest: string;
  readonly RequestJobDocument: undefined;
  readonly ReceivedJobDocument: JobDocument;
  readonly CreateFile: OtaJob;
  readonly RequestFileBlock: undefined;
  readonly ReceivedFileBlock: ReceivedBlock;
  readonly RequestTimer: undefined;
  readonly CloseFile: undefined;
  readonly Suspend: undefined;
  readonly Resume: undefined;
  readonly UserAbort: undefined;
  readonly Shutdown: ShutdownOptions;
  /** The network is there. */
  readonly Connected: undefined;
  /** There is no job for the agent. */
  readonly NoJob: undefined;
  readonly JobMalformed: MalformedJob;
  /** The job under way is no longer the one to do. */
  readonly JobGone: undefined;
  /** A request for blocks was refused, or a block came damaged. */
  readonly BlockFault: BlockFault;
  /** The application starts the new image. */
  readonly Activate: undefined;
  /** An action failed. */
  readonly Failed: OtaError;
}

/** The name of an event. */
export type OtaEventId = keyof EventData;

/** What the rows run. A missing or misspelt action, or one that cannot take its event's data, does not compile. */
export interface Actions {
  readonly prepare: () => void;
  readonly start: () => void;
  readonly requestJob: () => void;
  readonly retryRequestJob: (error: OtaError) => void;
  readonly refreshJob: () => void;
  readonly processJob: (job: JobDocument) => void;
  readonly rest: () => void;
  readonly inSelfTest: (jobId: string) => void;
  readonly refuseJob: (job: MalformedJob) => void;
  readonly initFile: (job: OtaJob) => void;
  readonly reopenFile: () => void;
  readonly requestData: () => void;
  readonly requestAgain: () => void;
  readonly processData: (block: ReceivedBlock) => void;
  readonly countFault: (fault: BlockFault) => void;
  readonly jobNotification: (job: JobDocument) => void;
  readonly dropJob: () => void;
  readonly closeFile: () => void;
  readonly applyDelta: () => void;
  readonly activate: () => void;
  readonly failJob: (error: OtaError) => void;
  readonly ignore: () => void;
  readonly suspend: () => void;
  readonly resume: () => void;
  readonly userAbort: () => void;
  readonly shutdown: (options: ShutdownOptions) => void;
  readonly stop: () => void;
}

/** The actions that can take what event `E` brings. */
type ActionFor<E extends OtaEventId> = {
  [A in keyof Actions]: Actions[A] extends (data: EventData[E]) => void ? A : never;
}[keyof Actions];

/** In state `from`, event `on` runs action `run` and leads to state `to`. */
export interface Row {
  readonly from: OtaState | "All";
  readonly on: OtaEventId;
  readonly run: keyof Actions;
  readonly to: OtaState;
}

const row = <E extends OtaEventId>(
  from: Row["from"],
  on: E,
  run: ActionFor<E>,
  to: OtaState,
): Row => Object.freeze({ from, on, run, to });

/**
 * The whole behaviour of the agent; the first match wins, and a pair that matches no row changes nothing. The next state is
 * taken when the action is done. An action that throws OtaError delivers "Failed" in the state where it began.
 * Source: otaTransitionTable in ota.c of v3.3.0; where a row differs, docs/parity.md says why.
 */
// prettier-ignore
export const table: readonly Row[] = Object.freeze([
  //  from                    on                     run                to
  row("Init",                 "Start",               "prepare",         "Ready"),
  row("Ready",                "Start",               "start",           "RequestingJob"),
  row("Ready",                "RequestTimer",        "start",           "RequestingJob"),
  row("Ready",                "Suspend",             "ignore",          "Ready"),
  row("Ready",                "Failed",              "retryRequestJob", "Ready"),

  row("RequestingJob",        "RequestJobDocument",  "requestJob",      "WaitingForJob"),
  row("RequestingJob",        "RequestTimer",        "requestJob",      "WaitingForJob"),
  row("RequestingJob",        "Connected",           "requestJob",      "WaitingForJob"),
  row("RequestingJob",        "Failed",              "retryRequestJob", "RequestingJob"),

  row("WaitingForJob",        "ReceivedJobDocument", "processJob",      "CreatingFile"),
  row("WaitingForJob",        "RequestJobDocument",  "requestJob",      "WaitingForJob"),
  row("WaitingForJob",        "RequestTimer",        "requestJob",      "WaitingForJob"),
  row("WaitingForJob",        "Connected",           "requestJob",      "WaitingForJob"),
  row("WaitingForJob",        "Failed",              "retryRequestJob", "RequestingJob"),

  row("CreatingFile",         "StartSelfTest",       "inSelfTest",      "WaitingForJob"),
  row("CreatingFile",         "CreateFile",          "initFile",        "RequestingFileBlock"),
  row("CreatingFile",         "NoJob",               "rest",            "WaitingForJob"),
  row("CreatingFile",         "JobMalformed",        "refuseJob",       "RequestingJob"),
  row("CreatingFile",         "Failed",              "failJob",         "RequestingJob"),

  row("RequestingFileBlock",  "RequestFileBlock",    "requestData",     "WaitingForFileBlock"),
  row("RequestingFileBlock",  "CloseFile",           "closeFile",       "ClosingFile"),
  row("RequestingFileBlock",  "UserAbort",           "userAbort",       "RequestingJob"),
  row("RequestingFileBlock",  "Failed",              "failJob",         "RequestingJob"),

  row("WaitingForFileBlock",  "ReceivedFileBlock",   "processData",     "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "RequestFileBlock",    "requestData",     "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "RequestTimer",        "requestAgain",    "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "BlockFault",          "countFault",      "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "Connected",           "reopenFile",      "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "RequestJobDocument",  "refreshJob",      "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "ReceivedJobDocument", "jobNotification", "WaitingForFileBlock"),
  row("WaitingForFileBlock",  "JobGone",             "dropJob",         "RequestingJob"),
  row("WaitingForFileBlock",  "CreateFile",          "initFile",        "RequestingFileBlock"),
  row("WaitingForFileBlock",  "CloseFile",           "closeFile",       "ClosingFile"),
  row("WaitingForFileBlock",  "UserAbort",           "userAbort",       "RequestingJob"),
  row("WaitingForFileBlock",  "Failed",              "failJob",         "RequestingJob"),

  row("ClosingFile",          "CreateFile",          "initFile",        "RequestingFileBlock"),
  row("ClosingFile",          "RequestTimer",        "applyDelta",      "ClosingFile"),
  row("ClosingFile",          "NoJob",               "rest",            "WaitingForJob"),
  row("ClosingFile",          "Activate",            "activate",        "ClosingFile"),
  row("ClosingFile",          "ReceivedJobDocument", "jobNotification", "ClosingFile"),
  row("ClosingFile",          "RequestJobDocument",  "refreshJob",      "ClosingFile"),
  row("ClosingFile",          "Connected",           "refreshJob",      "ClosingFile"),
  row("ClosingFile",          "JobGone",             "dropJob",         "RequestingJob"),
  row("ClosingFile",          "UserAbort",           "userAbort",       "RequestingJob"),
  row("ClosingFile",          "Failed",              "failJob",         "RequestingJob"),

  row("Suspended",            "Resume",              "resume",          "RequestingJob"),
  row("Suspended",            "Suspend",             "ignore",          "Suspended"),
  row("Suspended",            "UserAbort",           "userAbort",       "Suspended"),
  row("ShuttingDown",         "RequestJobDocument",  "stop",            "Stopped"),
  row("ShuttingDown",         "RequestTimer",        "stop",            "Stopped"),
  row("ShuttingDown",         "Shutdown",            "stop",            "Stopped"),
  row("ShuttingDown",         "Suspend",             "ignore",          "ShuttingDown"),
  row("Init",                 "Suspend",             "ignore",          "Init"),
  row("Init",                 "Shutdown",            "ignore",          "Stopped"),
  row("Stopped",              "Start",               "prepare",         "Ready"),
  row("Stopped",              "Suspend",             "ignore",          "Stopped"),
  row("Stopped",              "Shutdown",            "ignore",          "Stopped"),

  row("All",                  "Suspend",             "suspend",         "Suspended"),
  row("All",                  "Shutdown",            "shutdown",        "ShuttingDown"),
]);
