// SPDX-License-Identifier: MIT

/** How a failure is told: over MQTT by its code, over HTTP by AWS's exception and a status. */
interface Facts {
  readonly exception: string;
  readonly status: number;
}

const facts = (exception: string, status: number): Facts => Object.freeze({ exception, status });

/**
 * Every failure of the Jobs service and of the control plane.
 * Source: AWS IoT developer guide, "ErrorCode" of the Jobs MQTT API; API reference, each
 * operation's "Errors".
 */
// prettier-ignore
const factsOf = Object.freeze({
  //                        exception of the SDK               HTTP
  InvalidTopic:           facts("InvalidRequestException",         400),
  InvalidJson:            facts("InvalidRequestException",         400),
  InvalidRequest:         facts("InvalidRequestException",         400),
  InvalidStateTransition: facts("InvalidStateTransitionException", 409),
  ResourceNotFound:       facts("ResourceNotFoundException",       404),
  VersionMismatch:        facts("InvalidStateTransitionException", 409),
  TerminalStateReached:   facts("TerminalStateException",          410),
  RequestThrottled:       facts("ThrottlingException",             400),
  InternalError:          facts("InternalFailureException",        500),
  ResourceAlreadyExists:  facts("ResourceAlreadyExistsException",  409),
  VersionConflict:        facts("VersionConflictException",        409),
  DeleteConflict:         facts("DeleteConflictException",         409),
  MalformedPolicy:        facts("MalformedPolicyException",        400),
  CertificateState:       facts("CertificateStateException",       406),
  Unauthorized:           facts("UnauthorizedException",           401),
});

export type IotErrorCode = keyof typeof factsOf;

/** What the device is told beside the error when its view of an execution is out of date. */
export interface ExecutionState {
  readonly status: string;
  readonly statusDetails: Readonly<Record<string, string>>;
  readonly versionNumber: number;
}

/** A request that cannot be served; the message is for the one who sent it. */
export class IotError extends Error {
  readonly code: IotErrorCode;
  readonly executionState: ExecutionState | undefined;

  constructor(code: IotErrorCode, message: string, executionState?: ExecutionState) {
    super(message);
    this.code = code;
    this.executionState = executionState;
  }

  /** The name of the exception that AWS's SDK throws for it. */
  get exception(): string {
    return factsOf[this.code].exception;
  }

  /** The HTTP status, 400..599. */
  get status(): number {
    return factsOf[this.code].status;
  }
}
