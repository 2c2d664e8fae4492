// SPDX-License-Identifier: MIT

/** Counts of data packets, by the C library's names. Source: OtaAgentStatistics_t in ota.h. */
export interface OtaStatistics {
  readonly otaPacketsReceived: number;
  /** As received: the packets are not queued here. */
  readonly otaPacketsQueued: number;
  readonly otaPacketsProcessed: number;
  /** Duplicates, damaged ones, and those that came at the wrong time. */
  readonly otaPacketsDropped: number;
}

/** Counts since the start, or since the transfer of the last file began. */
export class Statistics {
  #received = 0;
  #processed = 0;

  reset(): void {
    this.#received = 0;
    this.#processed = 0;
  }

  onReceived(): void {
    this.#received++;
  }

  onProcessed(): void {
    this.#processed++;
  }

  get counts(): OtaStatistics {
    return Object.freeze({
      otaPacketsReceived: this.#received,
      otaPacketsQueued: this.#received,
      otaPacketsProcessed: this.#processed,
      otaPacketsDropped: this.#received - this.#processed,
    });
  }
}
Object.freeze(Statistics.prototype);
