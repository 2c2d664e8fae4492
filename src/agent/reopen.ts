// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { Pal, ReceivedBlocks } from "xs-ota/pal/pal";
import type { JobFile, OtaJob } from "../job/document.js";
import type { Platforms } from "./platforms.js";
import type { UpdateRecord } from "./update-record.js";

/** Every block of a file. */
const everything: ReceivedBlocks = Object.freeze({
  blockSize: 4096,
  has: () => true,
  lose: () => undefined,
});

/** @throws OtaError "job-malformed" when two files of a job would go to one place; "file-type-unsupported". */
function placesOf({ files }: OtaJob, platforms: Platforms): readonly Pal[] {
  const places = files.map(({ fileType }) => platforms.of(fileType));
  for (const [index, { fileType }] of files.entries()) {
    if (places.indexOf(places[index] as Pal) !== index) {
      throw new OtaError(
        "job-malformed",
        `two files go to one place, the second of type ${fileType}`,
      );
    }
  }
  return places;
}

/** Verifies again a file that was complete. A delta was applied too, so that applying it finds all there. */
function reopen(pal: Pal, file: JobFile, isDelta: boolean): void {
  pal.createFile({ ...file, isDelta }, everything);
  pal.closeFile();
  while (isDelta && pal.applyDelta?.() === true);
}

/**
 * After a reset between two files of a job: verifies again the files that were complete, and forgets the job's progress when
 * one of them is not what it was.
 * @throws OtaError "job-malformed" when two files would go to one place; "file-type-unsupported" for one that goes nowhere.
 */
export function reopenFiles(job: OtaJob, platforms: Platforms, record: UpdateRecord): void {
  const places = placesOf(job, platforms);
  const { progress } = record;
  const complete = progress?.jobId === job.jobId ? progress.fileIndex : 0;
  try {
    for (const [index, file] of job.files.slice(0, complete).entries()) {
      reopen(places[index] as Pal, file, platforms.isDelta(file.fileType));
    }
  } catch (error) {
    if (!(error instanceof OtaError)) throw error;
    record.forget();
  }
}
