// SPDX-License-Identifier: MIT
import type { SimFlash } from "./sim-flash.js";
import { type Operation, PowerLoss, SimPower, type Tear, tears } from "./sim-power.js";

/** The partitions that an operation works on, by name. */
export type Partitions = Readonly<Record<string, SimFlash>>;

/** Where power failed: in which operation of the action, counted from 1, and how it was torn. */
export interface Cut {
  readonly operation: number;
  readonly tear: Tear;
  /** "12:half", after the cut it is nested in: "12:half/3:garbled". */
  readonly id: string;
  /** The command of the options, for what is nested in it. */
  readonly command?: string | undefined;
}

export interface PowerLossOptions {
  /** The cut that this run recovers from, when it is nested in another run. */
  readonly within?: Cut;
  /** All by default. */
  readonly tears?: readonly Tear[];
  /** Runs this cut alone, and those nested in it: an id. Default: the variable POWER_LOSS_CUT. */
  readonly only?: string;
  /** Tries only one cut in so many, chosen by its id; 1, each of them, by default. */
  readonly oneIn?: number;
  /** The command that runs what failed, without the variable; it goes into the message, also of what is nested. */
  readonly command?: string;
}

/** A check failed. The message ends with the id of the cut and how to rerun it alone. */
export class PowerLossFailure extends Error {
  constructor(cut: Cut, cause: unknown) {
    const { command } = cut;
    const why = cause instanceof Error ? cause.message : String(cause);
    const variable = `POWER_LOSS_CUT=${cut.id}`;
    const again = command === undefined ? `set ${variable}` : `${variable} ${command}`;
    super(`${why}\npower lost at ${cut.id}; to rerun it alone: ${again}`);
    this.cause = cause;
  }
}

/** The code under test did to the flash what hardware does not allow. */
export class FlashViolation extends Error {}

/** Copies of `flash` that share a new power supply. */
export function cloneTogether<P extends Partitions>(flash: P): { flash: P; power: SimPower } {
  const power = new SimPower();
  const copies = Object.entries(flash).map(([name, part]) => [name, part.clone(power)] as const);
  return { flash: Object.fromEntries(copies) as P, power };
}

/** @throws FlashViolation when one of the partitions refused an operation. */
export function assertNoViolations(flash: Partitions): void {
  for (const [name, { violations }] of Object.entries(flash)) {
    if (violations.length > 0) throw new FlashViolation(`${name}: ${violations.join("; ")}`);
  }
}

/**
 * Runs `act` once on a copy of `start`, and gives `check` the flash as power failing in each
 * operation would leave it, torn in each way. Linear: `check` runs in the middle of `act`, on copies,
 * and no operation is repeated to reach the next. To fail power in recovery too, nest a call.
 * @returns the number of cuts, nested ones not among them, so that a test can assert that it tested something.
 * @throws PowerLossFailure when `check` throws.
 */
export function everyPowerLoss<P extends Partitions>(
  start: P,
  act: (flash: P) => void,
  check: (flash: P, cut: Cut) => void,
  options: PowerLossOptions = {},
): number {
  const { flash, power } = cloneTogether(start);
  let cuts = 0;
  power.listener = operation => {
    for (const tear of options.tears ?? tears) {
      if (tear === "tail" && operation.kind === "write") continue;
      const cut = cutAt(power.operations + 1, tear, options);
      if (!isWanted(cut, options)) continue;
      cuts++;
      checkCut(cut, cutTogether(flash, operation, cut), check);
    }
  };
  act(flash);
  assertNoViolations(flash);
  return cuts;
}

/** Copies of `flash` as power failing in `operation` leaves them, with power back. */
function cutTogether<P extends Partitions>(flash: P, operation: Operation, cut: Cut): P {
  const copies = cloneTogether(flash);
  const name = Object.keys(flash).find(key => flash[key] === operation.partition);
  const copy = name === undefined ? undefined : copies.flash[name];
  if (copy === undefined) throw new Error("an operation on a partition that is not of this run");
  copies.power.failAt(1, cut.tear, seedOf(cut.id));
  try {
    operation.repeatOn(copy);
  } catch (error) {
    if (!(error instanceof PowerLoss)) throw error;
  }
  copies.power.restore();
  return copies.flash;
}

function checkCut<P extends Partitions>(
  cut: Cut,
  flash: P,
  check: (flash: P, cut: Cut) => void,
): void {
  try {
    check(flash, cut);
    assertNoViolations(flash);
  } catch (error) {
    throw error instanceof PowerLossFailure ? error : new PowerLossFailure(cut, error);
  }
}

function cutAt(operation: number, tear: Tear, { within, command }: PowerLossOptions): Cut {
  const here = `${operation}:${tear}`;
  const id = within === undefined ? here : `${within.id}/${here}`;
  return { operation, tear, id, command: command ?? within?.command };
}

/** True when the wanted id names this cut, one around it, or one nested in it. */
function isWanted(cut: Cut, options: PowerLossOptions): boolean {
  const only = options.only ?? environment("POWER_LOSS_CUT");
  if (only === undefined) return seedOf(cut.id) % (options.oneIn ?? 1) === 0;
  return `${only}/`.startsWith(`${cut.id}/`) || `${cut.id}/`.startsWith(`${only}/`);
}

/** XS has no `process`. */
function environment(name: string): string | undefined {
  const host = globalThis as { process?: { env: Record<string, string | undefined> } };
  return host.process?.env[name];
}

/** FNV-1a, so that what a garbled operation leaves follows from the cut's id alone. */
function seedOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
