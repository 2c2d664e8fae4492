// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { OtaImageState, Pal } from "xs-ota/pal/pal";

/** Where files of each type go. */
export class Platforms {
  readonly firmware: Pal;
  readonly #firmwareFileType: number;
  readonly #others: Readonly<Record<number, Pal>>;

  constructor(firmware: Pal, firmwareFileType: number, others: Readonly<Record<number, Pal>> = {}) {
    this.firmware = firmware;
    this.#firmwareFileType = firmwareFileType;
    this.#others = others;
  }

  /** @throws OtaError "file-type-unsupported". */
  of(fileType: number): Pal {
    const pal = fileType === this.#firmwareFileType ? this.firmware : this.#others[fileType];
    if (pal !== undefined) return pal;
    throw new OtaError("file-type-unsupported", `this device takes no file of type ${fileType}`);
  }

  /** Has the files besides firmware share the fate of an update. @throws OtaError "flash-failed". */
  settle(state: OtaImageState): void {
    for (const pal of Object.values(this.#others)) pal.setPlatformImageState(state);
  }
}
Object.freeze(Platforms.prototype);
