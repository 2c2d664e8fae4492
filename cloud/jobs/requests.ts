// SPDX-License-Identifier: MIT
import { z } from "zod";
import { IotError } from "../errors.js";

/*
 * What a device may ask of the Jobs service, with AWS's limits.
 * Source: AWS IoT developer guide, "Jobs device MQTT API"; API reference, AWS IoT jobs data.
 */

/** AWS's newer Jobs C library sends its numbers in quotes; AWS takes both. */
const long = z.union([z.int().min(0), z.string().regex(/^\d+$/).transform(Number)]);
/** The C library's tokens hold a colon ("1:thing"), so only the length is checked. */
const clientToken = z.string().max(64).optional();
const stepTimeoutInMinutes = z.union([z.literal(-1), z.int().min(1).max(10080)]).optional();
const statusDetails = z
  .record(
    z.string().regex(/^[a-zA-Z0-9:_-]{1,128}$/, "a name is 1 to 128 of [a-zA-Z0-9:_-]"),
    z
      .string()
      .min(1)
      .max(1024)
      .regex(/^\P{C}*$/u, "a value holds no control characters"),
  )
  .optional();

export const pendingRequest = z.object({ clientToken });

export const startNextRequest = z.object({ clientToken, statusDetails, stepTimeoutInMinutes });

export const describeRequest = z.object({
  clientToken,
  executionNumber: long.optional(),
  includeJobDocument: z.boolean().default(true),
});

export const updateRequest = z.object({
  clientToken,
  status: z.enum(["IN_PROGRESS", "FAILED", "SUCCEEDED", "REJECTED"]),
  statusDetails,
  expectedVersion: long.optional(),
  executionNumber: long.optional(),
  includeJobExecutionState: z.boolean().default(false),
  includeJobDocument: z.boolean().default(false),
  stepTimeoutInMinutes,
});

export type StartNextRequest = z.infer<typeof startNextRequest>;
export type DescribeRequest = z.infer<typeof describeRequest>;
export type UpdateRequest = z.infer<typeof updateRequest>;

/**
 * Reads `value` as `schema` says.
 * @throws IotError "InvalidRequest" that names the first field at fault.
 */
export function parseRequest<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new IotError(
    "InvalidRequest",
    `${field === "" ? "request" : field}: ${issue?.message ?? ""}`,
  );
}
