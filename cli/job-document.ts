// SPDX-License-Identifier: MIT
import type { DataProtocol } from "xs-ota/job/document";
import type { DetachedSignature } from "./signing.js";

/** The file of an update, as the job document needs it. */
export interface DocumentFile extends DetachedSignature {
  /** Bytes. */
  readonly size: number;
  /** `filepath`: what the device calls the file. */
  readonly path: string;
  /** `certfile`: what the device calls the certificate. */
  readonly certificateName: string;
  /** 0..255; 0 is firmware. */
  readonly fileType: number;
  readonly bucket: string;
  readonly key: string;
}

export interface DocumentOptions {
  readonly protocols: readonly DataProtocol[];
  readonly streamName: string;
  readonly region: string;
  readonly file: DocumentFile;
}

/**
 * The job document that AWS IoT's CreateOTAUpdate writes, with all its fields.
 * Source: AWS IoT developer guide, "OTA update job document"; the C library's parser reads them all.
 */
export function formatJobDocument({
  protocols,
  streamName,
  region,
  file,
}: DocumentOptions): object {
  const mqtt = protocols.includes("MQTT");
  const http = protocols.includes("HTTP");
  return {
    afr_ota: {
      protocols,
      ...(mqtt ? { streamname: streamName } : {}),
      files: [
        {
          filepath: file.path,
          filesize: file.size,
          fileid: 0,
          certfile: file.certificateName,
          fileType: file.fileType,
          update_data_url: http ? presignedUrl(region, file.bucket, file.key) : null,
          auth_scheme: http ? "aws.s3.presigned" : null,
          [file.scheme]: file.signature,
        },
      ],
    },
  };
}

/**
 * What AWS IoT replaces by a presigned URL whenever a device asks for the document.
 * Source: AWS IoT developer guide, "Managing jobs", presigned URLs.
 */
function presignedUrl(region: string, bucket: string, key: string): string {
  const path = key.split("/").map(encodeURIComponent).join("/");
  return `\${aws:iot:s3-presigned-url:https://s3.${region}.amazonaws.com/${bucket}/${path}}`;
}
