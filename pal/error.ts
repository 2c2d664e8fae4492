// SPDX-License-Identifier: MIT

/** How a job ends for a failure: AWS IoT retries FAILED, never REJECTED. */
export type JobVerdict = "FAILED" | "REJECTED";

/** What a failure means to the cloud, kept as data so that no caller reads message text. */
interface Facts {
  /** The number that AWS's C library reports for it: an `OtaErr_t`, or an `OtaPalMainStatus_t`. */
  readonly number: number;
  readonly verdict: JobVerdict;
}

const facts = (number: number, verdict: JobVerdict): Facts => Object.freeze({ number, verdict });

/**
 * Every way an update can fail, with the C library's number and the verdict on the job.
 * Source: ota.h and ota_platform_interface.h of AWS's OTA library v3.3.0; verdicts: docs/adr/0003.
 */
// prettier-ignore
const factsOf = Object.freeze({
  //                               C      verdict
  "argument-invalid":        facts(0x03, "FAILED"),    // InvalidArg: the application called us wrongly
  "state-invalid":           facts(0x04, "FAILED"),    // AgentStopped: not in this state
  "job-malformed":           facts(0x0c, "REJECTED"),  // JobParserError
  "protocol-unsupported":    facts(0x0d, "REJECTED"),  // InvalidDataProtocol
  "download-stalled":        facts(0x0e, "FAILED"),    // MomentumAbort
  "version-older":           facts(0x0f, "REJECTED"),  // DowngradeNotAllowed
  "version-same":            facts(0x10, "REJECTED"),  // SameFirmwareVersion
  "state-mismatch":          facts(0x11, "FAILED"),    // ImageStateMismatch
  "user-aborted":            facts(0x13, "FAILED"),    // UserAbort
  "block-malformed":         facts(0x15, "FAILED"),    // FailedToDecodeCbor
  "stream-rejected":         facts(0x0e, "FAILED"),    // the C library does not listen, and ends by MomentumAbort
  "mqtt-failed":             facts(0xa0, "FAILED"),    // OtaMqttPublishFailed
  "http-failed":             facts(0xc2, "FAILED"),    // OtaHttpRequestFailed
  "file-changed":            facts(0xc2, "FAILED"),    // OtaHttpRequestFailed: another file behind the URL
  "memory-exhausted":        facts(0xe1, "FAILED"),    // OtaPalOutOfMemory
  "signature-invalid":       facts(0xe3, "REJECTED"),  // OtaPalSignatureCheckFailed
  "flash-failed":            facts(0xe4, "FAILED"),    // OtaPalRxFileCreateFailed
  "image-too-large":         facts(0xe5, "REJECTED"),  // OtaPalRxFileTooLarge
  "boot-failed":             facts(0xe6, "FAILED"),    // OtaPalBootInfoCreateFailed
  "certificate-invalid":     facts(0xe7, "REJECTED"),  // OtaPalBadSignerCert
  "image-malformed":         facts(0xe8, "REJECTED"),  // OtaPalBadImageState
  "device-class-other":      facts(0xe8, "REJECTED"),  // OtaPalBadImageState: the image is for another device
  "delta-base-other":        facts(0xe8, "REJECTED"),  // OtaPalBadImageState: the delta is for another running image
  "file-type-unsupported":   facts(0xe2, "REJECTED"),  // OtaPalNullFileContext has no better
  "image-reverted":          facts(0xea, "FAILED"),    // OtaPalRejectFailed has no better
  "security-counter-older":  facts(0x0f, "REJECTED"),  // DowngradeNotAllowed, by counter
});

/** Every way an update can fail. Closed: a new code is an API change and needs a row in `factsOf`. */
export type OtaErrorCode = keyof typeof factsOf;

/** All codes, for tables and tests. */
export const otaErrorCodes: readonly OtaErrorCode[] = Object.freeze(
  Object.keys(factsOf) as OtaErrorCode[],
);

/** The only error the library throws on purpose; any other is a bug in it or in the host. */
export class OtaError extends Error {
  readonly code: OtaErrorCode;
  /** The host's own number (an `esp_err_t`, an errno), for logs; 0 when there is none. */
  readonly hostCode: number;

  constructor(code: OtaErrorCode, message: string, hostCode = 0) {
    super(message);
    this.code = code;
    this.hostCode = hostCode;
  }

  /** The C library's number for this failure, 0..0xff. */
  get number(): number {
    return factsOf[this.code].number;
  }

  /** How it ends a job. */
  get verdict(): JobVerdict {
    return factsOf[this.code].verdict;
  }
}
Object.freeze(OtaError.prototype);
