// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { OtaImageState, Pal } from "xs-ota/pal/pal";
import type { OtaConfig } from "./config.js";

/** Which `fileType` is what. */
export type FileTypes = Pick<OtaConfig, "firmwareFileType" | "deltaFileType">;

/** Where files of each type go. */
export class Platforms {
  readonly firmware: Pal;
  readonly #types: FileTypes;
  readonly #others: Readonly<Record<number, Pal>>;

  constructor(firmware: Pal, types: FileTypes, others: Readonly<Record<number, Pal>> = {}) {
    this.firmware = firmware;
    this.#types = types;
    this.#others = others;
  }

  /** Whether a file ends by a restart into a new image. */
  isFirmware(fileType: number): boolean {
    return fileType === this.#types.firmwareFileType || this.isDelta(fileType);
  }

  /** Whether a file is a delta of firmware: where the firmware's Pal can apply one, and no other Pal is for that type. */
  isDelta(fileType: number): boolean {
    const { firmwareFileType, deltaFileType } = this.#types;
    const isMeant = fileType === deltaFileType && fileType !== firmwareFileType;
    return isMeant && this.firmware.applyDelta !== undefined && !(fileType in this.#others);
  }

  /** @throws OtaError "file-type-unsupported". */
  of(fileType: number): Pal {
    const pal = this.isFirmware(fileType) ? this.firmware : this.#others[fileType];
    if (pal !== undefined) return pal;
    throw new OtaError("file-type-unsupported", `this device takes no file of type ${fileType}`);
  }

  /** Has the files besides firmware share the fate of an update. @throws OtaError "flash-failed". */
  settle(state: OtaImageState): void {
    for (const pal of Object.values(this.#others)) pal.setPlatformImageState(state);
  }
}
Object.freeze(Platforms.prototype);
