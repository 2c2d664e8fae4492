// SPDX-License-Identifier: MIT

type Keys = Readonly<Record<string, unknown>>;

/** A file of a job document with every key; a key given as `undefined` is left out, as JSON does. */
export const fileWith = (keys: Keys = {}): Keys => ({
  filepath: "firmware.bin",
  filesize: 180_224,
  fileid: 7,
  certfile: "signer.pem",
  update_data_url: "https://bucket.example/firmware.bin?X-Amz-Expires=3600",
  auth_scheme: "aws.s3.presigned",
  "sig-sha256-ecdsa": "MEUCIQ==",
  attr: 3,
  fileType: 202,
  ...keys,
});

/** The `afr_ota` of a job document. */
export const otaWith = (keys: Keys = {}): Keys => ({
  streamname: "AFR_OTA-1f5b",
  protocols: ["MQTT", "HTTP"],
  files: [fileWith()],
  ...keys,
});

/** A reply to `$next/get` with every key of the C library's model. */
export const messageWith = (execution: Keys = {}): Keys => ({
  clientToken: "1:T1",
  timestamp: 1_700_000_000,
  execution: {
    jobId: "AFR_OTA-job_1",
    versionNumber: 2,
    statusDetails: { self_test: "ready", updatedBy: "0x01090002" },
    jobDocument: { afr_ota: otaWith() },
    ...execution,
  },
});

/** The same, with other keys in its `afr_ota`. */
export const messageWithOta = (keys: Keys): Keys =>
  messageWith({ jobDocument: { afr_ota: otaWith(keys) } });

/** The same, with other keys in its file. */
export const messageWithFile = (keys: Keys): Keys => messageWithOta({ files: [fileWith(keys)] });
