// SPDX-License-Identifier: MIT
import { fileURLToPath } from "node:url";

/** Where the package is: this file runs from build/node/cli. */
export const packageRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** How a board's emulator is started. */
export interface Emulator {
  readonly program: string;
  /** Bytes of the file that holds the flash: it is extended to that. */
  readonly flashFileSize: number;
  /** Its arguments, for a console on stdio and a byte channel to a port of the loopback interface. */
  arguments(files: {
    readonly executable: string;
    readonly flash: string;
    readonly channelPort: number;
    /** 0..2^32-1, another at each start: the board has no source of random numbers. */
    readonly seed: number;
  }): readonly string[];
}

/** Source: QEMU 7.2, "Arm MPS2 and MPS3 boards"; the flash is its PSRAM, the seed a word after the boot ROM. */
const mps2An386: Emulator = Object.freeze({
  program: "qemu-system-arm",
  flashFileSize: 16 * 1024 * 1024,
  // prettier-ignore
  arguments: ({ executable, flash, channelPort, seed }) => [
    "-machine", "mps2-an386,memory-backend=flash",
    "-object", `memory-backend-file,id=flash,size=16M,mem-path=${flash.replaceAll(",", ",,")},share=on`,
    "-kernel", executable,
    "-device", `loader,addr=0x8,data=${seed},data-len=4`,
    "-semihosting-config", "enable=on,target=native",
    "-display", "none", "-monitor", "none", "-serial", "stdio",
    "-serial", `tcp:127.0.0.1:${channelPort}`,
  ],
} satisfies Emulator);

/** A machine that `xs-ota device` can run. Paths are from the package's root. */
export interface Board {
  readonly flashMap: string;
  /** The program that is the machine, or what its emulator starts from. */
  readonly executable: string;
  /** The target of `make` that builds the executable. */
  readonly makeTarget: string;
  /** The machine code that a new flash begins with; the keys it trusts go into the last block of its partition. */
  readonly bootloader?: string;
  readonly emulator?: Emulator;
}

/** The machines that need npm and Debian only. */
export const boards = Object.freeze({
  linux: {
    flashMap: "hosts/linux/flash.json",
    executable: "build/linux/xs-ota-linux",
    makeTarget: "linux",
  },
  "mps2-an386": {
    flashMap: "hosts/mps2-an386/flash.json",
    executable: "build/mps2-an386/boot-rom.bin",
    makeTarget: "mps2-an386",
    bootloader: "build/mps2-an386/bootloader.bin",
    emulator: mps2An386,
  },
}) satisfies Readonly<Record<string, Board>>;

export type BoardName = keyof typeof boards;

/** For `--board`. */
export const boardNames = Object.freeze(Object.keys(boards)) as readonly BoardName[];
