// SPDX-License-Identifier: MIT
import type { OtaJob } from "../job/document.js";
import { bestEffort } from "./best-effort.js";
import type { Context } from "./context.js";
import { jobInfo } from "./job-actions.js";
import { hasFirmware, type Transfer } from "./transfer.js";

/** The end of a job whose files are all there: firmware waits for its activation, other files take effect at once. */
export class Completion {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Ends a job: all of its files take effect, or none.
   * @returns whether it is over; firmware waits for its activation instead.
   */
  complete(transfer: Transfer): boolean {
    const { reporter, version, platforms, emit } = this.#context;
    const { jobId } = transfer.job;
    const job = jobInfo(transfer.job);
    if (hasFirmware(transfer.job, platforms)) {
      reporter.report(jobId, { kind: "ready", version });
      emit({ type: "Activate", job });
      return false;
    }
    this.#activateOthers(transfer.job);
    transfer.save("committed");
    platforms.settle("Accepted");
    reporter.report(jobId, { kind: "received", fileType: transfer.file.fileType });
    emit({ type: "UpdateComplete", job });
    return true;
  }

  #activateOthers({ files }: OtaJob): void {
    const { platforms } = this.#context;
    for (const { fileType } of files) {
      const pal = platforms.of(fileType);
      if (pal !== platforms.firmware) pal.activate();
    }
  }

  /** Makes the verified image the next one, on trial with the files that came with it, and restarts. */
  activate(transfer: Transfer): void {
    const { firmware } = this.#context.platforms;
    transfer.save("switching");
    this.#activateOthers(transfer.job);
    firmware.activate();
    bestEffort(() => transfer.save("switched")); // the boot flag is set: no failure may be reported any more
    firmware.reset();
  }
}
Object.freeze(Completion.prototype);
