// SPDX-License-Identifier: MIT

/** A board whose applications the Moddable SDK builds, and our bootloader starts. Paths are from the package's root. */
export interface SdkBoard {
  readonly flashMap: string;
  /** The machine code of the second stage, as `make` leaves it. */
  readonly bootloader: string;
  readonly makeTarget: string;
  /** Of byte 0 of the flash map. */
  readonly flashAddress: number;
  /** What of the flash map is in the chip; the rest is external. */
  readonly internalSize: number;
  /** Before the machine code, which is linked for what follows it. */
  readonly headerSize: number;
  /** For the file that the first stage takes over USB. Source: Microsoft, uf2families.json. */
  readonly uf2Family: number;
}

/** Source: hosts/nrf52/memory.h; hosts/nrf52/manifest.json has the address that follows from these. */
export const sdkBoards = Object.freeze({
  nrf52: {
    flashMap: "hosts/nrf52/flash.json",
    bootloader: "build/nrf52/bootloader.bin",
    makeTarget: "nrf52-bootloader",
    flashAddress: 0x27000,
    internalSize: 0xc8000,
    headerSize: 512,
    uf2Family: 0xada52840,
  },
}) satisfies Readonly<Record<string, SdkBoard>>;

export type SdkBoardName = keyof typeof sdkBoards;

/** For `--board`. */
export const sdkBoardNames = Object.freeze(Object.keys(sdkBoards)) as readonly SdkBoardName[];
