// SPDX-License-Identifier: MIT
import { z } from "zod";

/*
 * Streams as an operator makes them.
 * Source: AWS IoT API reference, CreateStream and UpdateStream.
 */

export const s3Location = z.object({
  bucket: z.string().min(1),
  key: z.string().min(1),
  version: z.string().optional(),
});

const files = z
  .array(z.object({ fileId: z.int().min(0).max(255), s3Location }))
  .min(1)
  .max(50);

export const createStreamRequest = z.object({
  streamId: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/, "a stream id is 1 to 128 of [a-zA-Z0-9_-]"),
  description: z.string().max(2028).optional(),
  files,
  roleArn: z.string().min(20).max(2048),
});

export const updateStreamRequest = createStreamRequest.omit({ streamId: true }).partial();

export type S3Location = z.infer<typeof s3Location>;
export type CreateStreamRequest = z.infer<typeof createStreamRequest>;

/** A stream as it is kept. Times are in ms since the epoch. */
export interface Stream extends CreateStreamRequest {
  /** 0..65535, one more with each update. */
  readonly version: number;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** The ETag that each file had when the stream was made, by file id. */
  readonly etags: Readonly<Record<string, string>>;
}
