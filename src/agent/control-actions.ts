// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { notifyNextTopic } from "../job/topics.js";
import { bestEffort } from "./best-effort.js";
import type { Context } from "./context.js";
import type { FileActions } from "./file-actions.js";
import type { ShutdownOptions } from "./table.js";

/** What the application may ask for at any point of the journey: to pause it, to give it up, to end. */
export class ControlActions {
  readonly #context: Context;
  readonly #files: FileActions;
  #unsubscribes = true;

  constructor(context: Context, files: FileActions) {
    this.#context = context;
    this.#files = files;
  }

  suspend(): void {
    this.#files.pause(true);
    this.#context.emit({ type: "Suspended", job: this.#files.jobInfo });
  }

  resume(): void {
    this.#context.emit({ type: "Resumed", job: this.#files.jobInfo });
    this.#files.forget();
    this.#context.signal("RequestJobDocument");
  }

  userAbort(): void {
    if (this.#files.jobInfo === undefined) return;
    this.#files.failJob(new OtaError("user-aborted", "the application gave the update up"));
  }

  /** Ends all but the report that ends a job, which may have some time to reach the cloud. */
  shutdown({ timeoutMs = 0, unsubscribe = true }: ShutdownOptions): void {
    const { reporter, requestTimer, trial, signal } = this.#context;
    this.#unsubscribes = unsubscribe;
    this.#files.pause(unsubscribe);
    this.#files.forget();
    trial.stop();
    if (timeoutMs > 0 && reporter.isEnding) requestTimer.start(timeoutMs);
    else signal("RequestTimer");
  }

  stop(): void {
    const { options, reporter, requestTimer } = this.#context;
    requestTimer.stop();
    reporter.close();
    options.mqtt.listener = undefined;
    if (this.#unsubscribes && options.mqtt.connected) {
      bestEffort(() => options.mqtt.unsubscribe(notifyNextTopic(options.thingName), 0));
    }
  }
}
Object.freeze(ControlActions.prototype);
