// SPDX-License-Identifier: MIT
import { setTimeout as sleep } from "node:timers/promises";
import type { Stage } from "xs-ota/cli/demo/stage";

/** Where an update is. "switch" has the bootloader's swap in it, and "revert" the one back. */
export const phases = ["download", "switch", "trial", "revert"] as const;
export type Phase = (typeof phases)[number];

/** How long the phases of an update take on this machine, in milliseconds; at most: a cut that came too late shows that it is less. */
export type Durations = Record<Phase, number>;

/** Watches an update that nobody disturbs. @param first the console's lines when it was deployed */
export async function measurePhases({ console }: Stage, first: number): Promise<Durations> {
  const times: number[] = [];
  for (const sign of [/downloaded/, /image verified/, /boot: trial/, /is permanent/]) {
    await console.waitFor(sign, first);
    times.push(performance.now());
  }
  const [download = 0, verified = 0, trial = 0, end = 0] = times;
  const swap = trial - verified;
  return { download: verified - download, switch: swap, trial: end - trial, revert: swap };
}

export interface CutUpdateOptions {
  readonly stage: Stage;
  readonly durations: Durations;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** An update, about to be deployed, whose device's power is cut. */
export class CutUpdate {
  readonly #options: CutUpdateOptions;
  /** Lines of the console when it was deployed, and when the power last came on. */
  readonly #first: number;
  #poweredOn: number;
  readonly #cuts: Phase[] = [];

  constructor(options: CutUpdateOptions) {
    this.#options = options;
    this.#poweredOn = this.#first = options.stage.console.lines.length;
  }

  /** Lines of the console since it was deployed. */
  get lines(): readonly string[] {
    return this.#options.stage.console.lines.slice(this.#first);
  }

  /** Of each cut, the phase in which it came. */
  get cuts(): readonly Phase[] {
    return this.#cuts;
  }

  /** Cuts the power at random moments of a phase, until it is over, or so often. */
  async cutIn(phase: Phase, most: number): Promise<void> {
    const { stage, durations, random } = this.#options;
    let spent = 0;
    for (let cut = 0; cut < most && !this.#isPast(phase); cut++) {
      await this.#reach(phase);
      if (this.#phase() !== phase) return;
      // what was done is kept, so each time less is left to be done
      const time = (random() * durations[phase]) / (phase === "download" ? most : cut + 1);
      await sleep(time);
      spent += time;
      await stage.switchOff();
      const reached = this.#phase(); // it may have come farther
      if (reached !== undefined) this.#cuts.push(reached);
      if (reached !== phase) durations[phase] = Math.min(durations[phase], spent);
      this.#poweredOn = stage.console.lines.length;
      stage.switchOn();
    }
  }

  /** By what the device has said; `undefined` when the update has ended. */
  #phase(): Phase | undefined {
    const { lines } = this.#options.stage.console;
    const last = (text: string): number => lines.map(line => line.includes(text)).lastIndexOf(true);
    const [verified, trial] = [last("image verified"), last("boot: trial")];
    if (verified < this.#first) return "download";
    if (this.lines.some(line => /is permanent|boot: reverted|Reverted: /.test(line)))
      return undefined;
    if (trial < verified) return "switch";
    if (trial >= this.#poweredOn) return "trial";
    // it may have been committed before it could say so
    return last("boot: started") > trial ? undefined : "revert";
  }

  #isPast(phase: Phase): boolean {
    const now = this.#phase();
    return now === undefined || phases.indexOf(now) > phases.indexOf(phase);
  }

  /** Waits until the device is in a phase, or farther, which it is not yet. */
  async #reach(phase: Phase): Promise<void> {
    const { console } = this.#options.stage;
    if (phase === "download") await console.waitFor(/downloaded|image verified/, this.#poweredOn);
    if (phase === "switch") await console.waitFor(/image verified/, this.#first);
    // a trial that could not say that it began is reverted, and if that could not be said either, the old image tells
    if (phase === "trial") await console.waitFor(/boot: (trial|reverted)|Reverted: /, this.#first);
  }
}
