// SPDX-License-Identifier: MIT
import { z } from "zod";
import { abortConfig, presignedUrlConfig, rolloutConfig, timeoutConfig } from "../jobs/job.js";
import { s3Location } from "../streams/stream.js";

/*
 * OTA updates, and the job document that one becomes.
 * Source: AWS IoT API reference, CreateOTAUpdate; FreeRTOS user guide, "OTA update documents".
 */

const customCodeSigning = z.object({
  signature: z.object({ inlineDocument: z.base64() }),
  certificateChain: z.object({
    certificateName: z.string().min(1).optional(),
    inlineDocument: z.string().optional(),
  }),
  hashAlgorithm: z.string().min(1),
  signatureAlgorithm: z.string().min(1),
});

const file = z.object({
  fileName: z.string().optional(),
  fileType: z.int().min(0).max(255).optional(),
  fileVersion: z.string().optional(),
  fileLocation: z.union([
    z.object({ s3Location }),
    z.object({ stream: z.object({ streamId: z.string(), fileId: z.int().min(0).max(255) }) }),
  ]),
  codeSigning: z.object(
    { customCodeSigning },
    "only custom code signing is emulated: codeSigning.customCodeSigning is missing",
  ),
  attributes: z.record(z.string(), z.string()).optional(),
});

export const createOtaUpdateRequest = z.object({
  otaUpdateId: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,128}$/, "an OTA update id is 1 to 128 of [a-zA-Z0-9_-]"),
  description: z.string().max(2028).optional(),
  targets: z.array(z.string()).min(1),
  protocols: z
    .array(z.enum(["MQTT", "HTTP"]))
    .min(1)
    .max(2)
    .default(["MQTT"]),
  targetSelection: z.enum(["SNAPSHOT", "CONTINUOUS"]).default("SNAPSHOT"),
  awsJobExecutionsRolloutConfig: rolloutConfig.optional(),
  awsJobPresignedUrlConfig: presignedUrlConfig.omit({ roleArn: true }).optional(),
  awsJobAbortConfig: z.object({ abortCriteriaList: abortConfig.shape.criteriaList }).optional(),
  awsJobTimeoutConfig: timeoutConfig.optional(),
  files: z.array(file).min(1).max(50),
  roleArn: z.string().min(20).max(2048),
  additionalParameters: z.record(z.string(), z.string()).optional(),
});

export type CreateOtaUpdateRequest = z.infer<typeof createOtaUpdateRequest>;
export type OtaUpdateFile = z.infer<typeof file>;

/** An OTA update as it is kept. Times are in ms since the epoch. */
export interface OtaUpdate extends CreateOtaUpdateRequest {
  readonly jobId: string;
  /** The stream that carries the files. */
  readonly streamId: string;
  /** Whether that stream was made for this update. */
  readonly ownsStream: boolean;
  readonly createdAt: number;
}

/** A file where it lies. */
export interface PlacedFile extends OtaUpdateFile {
  readonly fileId: number;
  readonly size: number;
  /** The object's path-style URL on S3. */
  readonly url: string;
}

/** The document of the job; `attributes` and `additionalParameters` are not for devices. */
export function formatDocument(
  protocols: readonly string[],
  streamname: string,
  files: readonly PlacedFile[],
): object {
  const overHttp = protocols.includes("HTTP");
  return {
    afr_ota: {
      protocols,
      ...(protocols.includes("MQTT") && { streamname }),
      files: files.map(({ fileName, size, fileId, fileType, url, codeSigning }) => ({
        filepath: fileName ?? null,
        filesize: size,
        fileid: fileId,
        certfile: codeSigning.customCodeSigning.certificateChain.certificateName ?? null,
        ...(fileType !== undefined && { fileType }),
        update_data_url: overHttp ? `\${aws:iot:s3-presigned-url:${url}}` : null,
        auth_scheme: overHttp ? "aws.s3.presigned" : null,
        [signatureKey(codeSigning.customCodeSigning)]:
          codeSigning.customCodeSigning.signature.inlineDocument,
      })),
    },
  };
}

/** "SHA256" and "ECDSA" give "sig-sha256-ecdsa". */
function signatureKey(signing: z.infer<typeof customCodeSigning>): string {
  return `sig-${signing.hashAlgorithm}-${signing.signatureAlgorithm}`.toLowerCase();
}
