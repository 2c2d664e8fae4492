// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { ReceivedBlocks } from "xs-ota/pal/pal";
import type { OtaJob } from "../job/document.js";
import type { Platforms } from "./platforms.js";
import type { Trial } from "./trial.js";

/** Every block of a file. */
const everything: ReceivedBlocks = Object.freeze({
  blockSize: 4096,
  has: () => true,
  lose: () => undefined,
});

/** @throws OtaError "job-malformed" when two files of a job would go to one place. */
function checkTypes({ files }: OtaJob): void {
  for (const [index, { fileType }] of files.entries()) {
    if (files.findIndex(file => file.fileType === fileType) !== index) {
      throw new OtaError("job-malformed", `two files are of type ${fileType}`);
    }
  }
}

/**
 * After a reset between two files of a job: verifies again the files that were complete, and forgets the job's progress when
 * one of them is not what it was.
 * @throws OtaError "job-malformed" when two files would go to one place; "file-type-unsupported" for one that goes nowhere.
 */
export function reopenFiles(job: OtaJob, platforms: Platforms, trial: Trial): void {
  checkTypes(job);
  const places = job.files.map(({ fileType }) => platforms.of(fileType));
  const progress = trial.progress;
  const complete = progress?.jobId === job.jobId ? progress.fileIndex : 0;
  try {
    for (const [index, file] of job.files.slice(0, complete).entries()) {
      places[index]?.createFile(file, everything);
      places[index]?.closeFile();
    }
  } catch (error) {
    if (!(error instanceof OtaError)) throw error;
    trial.forget();
  }
}
