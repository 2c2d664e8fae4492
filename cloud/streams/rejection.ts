// SPDX-License-Identifier: MIT

/**
 * Every code that a stream request can be rejected with.
 * Source: AWS IoT developer guide, "Error codes" of MQTT-based file delivery.
 */
export const rejectionCodes = Object.freeze([
  "InvalidTopic",
  "InvalidJson",
  "InvalidCbor",
  "InvalidRequest",
  "Unauthorized",
  "BlockSizeOutOfBounds",
  "OffsetOutOfBounds",
  "BlockCountLimitExceeded",
  "BlockBitmapLimitExceeded",
  "ResourceNotFound",
  "VersionMismatch",
  "ETagMismatch",
  "InternalError",
] as const);

export type RejectionCode = (typeof rejectionCodes)[number];

/** A stream request that cannot be served; the message is for the device's log. */
export class Rejection extends Error {
  readonly code: RejectionCode;

  constructor(code: RejectionCode, message: string) {
    super(message);
    this.code = code;
  }
}
