// SPDX-License-Identifier: MIT
import { fileURLToPath } from "node:url";
import type { WireKind } from "./gateway/gateway.js";
import type { KeyKind } from "./keys.js";

/** Where the package is: this file runs from build/node/cli. */
export const packageRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** How a board's emulator is started. */
export interface Emulator {
  readonly program: string;
  /** What its byte channel goes over. */
  readonly wire: WireKind;
  /** Bytes of the file that holds the flash: it is extended to that. */
  readonly flashFileSize: number;
  /** Its arguments, for a console on stdio and a byte channel to a port of the loopback interface. */
  arguments(files: {
    readonly executable: string;
    readonly flash: string;
    readonly channelPort: number;
    /** What outlives a reset, but no power cut: a file that the emulator makes if it is not there. */
    readonly memory: string;
    /** Four words of 64 bits, other ones at each start: for a board without a source of random numbers. */
    readonly entropy: readonly bigint[];
  }): readonly string[];
  /** Where the emulator ends at a reset and is started anew: the board's exit status, `undefined` after a reset. */
  readonly switchedOff?: (status: number | null) => number | null | undefined;
}

/** By how much an emulated board's clock advances for each instruction, however fast the machine is that emulates it. */
export const nanosecondsPerInstruction = 4;

/** Source: QEMU 7.2, "-icount": its `shift` is the binary logarithm. */
const countedTime = ["-icount", `shift=${Math.log2(nanosecondsPerInstruction)}`] as const;

/** A path as part of an option. */
const quoted = (path: string): string => path.replaceAll(",", ",,");

/** Source: QEMU 7.2, "Arm MPS2 and MPS3 boards"; the flash is its PSRAM, the entropy is put after the boot ROM. */
const mps2An386: Emulator = Object.freeze({
  program: "qemu-system-arm",
  wire: "ethernet",
  flashFileSize: 16 * 1024 * 1024,
  // prettier-ignore
  arguments: ({ executable, flash, channelPort, entropy }) => [
    "-machine", "mps2-an386,memory-backend=flash",
    "-object", `memory-backend-file,id=flash,size=16M,mem-path=${quoted(flash)},share=on`,
    "-kernel", executable,
    ...entropy.flatMap((word, i) => ["-device", `loader,addr=${8 + 8 * i},data=${word},data-len=8`]),
    "-semihosting-config", "enable=on,target=native", ...countedTime,
    "-display", "none", "-monitor", "none", "-serial", "stdio",
    "-nic", `socket,connect=127.0.0.1:${channelPort}`,
  ],
} satisfies Emulator);

/**
 * The flash is the first bank of 32 MiB. What QEMU has translated it keeps, though that flash be written anew: the
 * new image's code would not run. So it ends at each reset, with status 0, and the RAM goes over to the next one in
 * a file. Source: QEMU 7.2, "'virt' Generic Virtual Platform" and hw/block/pflash_cfi01.c.
 */
const riscvVirt: Emulator = Object.freeze({
  program: "qemu-system-riscv32",
  wire: "serial",
  flashFileSize: 32 * 1024 * 1024,
  // prettier-ignore
  arguments: ({ flash, memory, channelPort }) => [
    "-machine", "virt,memory-backend=memory", "-cpu", "rv32,a=off,f=off,d=off", "-m", "4M",
    "-object", `memory-backend-file,id=memory,size=4M,mem-path=${quoted(memory)},share=on`,
    "-bios", "none", "-no-reboot", ...countedTime,
    "-drive", `if=pflash,id=flash,unit=0,format=raw,file=${quoted(flash)}`,
    "-chardev", `socket,id=channel,host=127.0.0.1,port=${channelPort}`,
    "-global", "virtio-mmio.force-legacy=false",
    "-device", "virtio-serial-device", "-device", "virtconsole,chardev=channel",
    "-device", "virtio-rng-device", "-device", "i6300esb",
    "-display", "none", "-monitor", "none", "-serial", "stdio",
  ],
  switchedOff: status => (status === 0 ? undefined : status === null ? null : status & 0x7f),
} satisfies Emulator);

/** A machine that `xs-ota device` can run. Paths are from the package's root. */
export interface Board {
  readonly flashMap: string;
  /** The program that is the machine, or what its emulator starts from. */
  readonly executable: string;
  /** The target of `make` that builds the executable. */
  readonly makeTarget: string;
  /** What `nmake` builds it from on Windows; absent where it is not built there. */
  readonly nmakefile?: string;
  /** The machine code that a new flash begins with; the keys it trusts go into the last block of its partition. */
  readonly bootloader?: string;
  /** Of the key it connects with, where that is not free to choose. */
  readonly keyKind?: KeyKind;
  readonly emulator?: Emulator;
}

/** What `xs-ota device` can run. All but the simulator need npm and Debian only. */
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
  "riscv-virt": {
    flashMap: "hosts/riscv-virt/flash.json",
    executable: "build/riscv-virt/bootloader.bin",
    makeTarget: "riscv-virt",
    bootloader: "build/riscv-virt/bootloader.bin",
    emulator: riscvVirt,
  },
  simulator: {
    flashMap: "hosts/simulator/flash.json",
    executable: `build/simulator/xs-ota-simulator${process.platform === "win32" ? ".exe" : ""}`,
    makeTarget: "simulator",
    nmakefile: "hosts/simulator/windows/nmakefile",
    keyKind: "rsa-2048", // the only kind that the Moddable SDK's TLS takes
  },
}) satisfies Readonly<Record<string, Board>>;

export type BoardName = keyof typeof boards;

/** For `--board`. */
export const boardNames = Object.freeze(Object.keys(boards)) as readonly BoardName[];
