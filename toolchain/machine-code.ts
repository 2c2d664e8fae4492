// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { BuildError } from "./build-error.js";
import type { Preparation } from "./prepare.js";

/** Boards whose images are machine code: the runtime's, and the bundle after it. */
export interface MachineCode {
  /** Bytes before the body: the vector table behind it must be aligned. */
  readonly headerSize: number;
  /** The runtime as `make` leaves it, from the package's root; beside it is what the emulator prepares a machine from. */
  readonly runtime: string;
  /** Absent: all modules are evaluated at each start, in RAM. */
  readonly preparation?: Preparation;
}

/** Source: QEMU 7.2, "Arm MPS2 and MPS3 boards"; the flash is its PSRAM. */
const mps2An386: Preparation = Object.freeze({
  bodyOffset: 0x10200,
  memorySize: 16 * 1024 * 1024,
  program: "qemu-system-arm",
  // prettier-ignore
  arguments: ({ rom, memory }) => [
    "-machine", "mps2-an386,memory-backend=flash",
    "-object", `memory-backend-file,id=flash,size=16M,mem-path=${memory.replaceAll(",", ",,")},share=on`,
    "-kernel", rom, "-semihosting-config", "enable=on,target=native", "-no-reboot",
    "-display", "none", "-monitor", "none", "-serial", "stdio",
  ],
} satisfies Preparation);

/**
 * The flash cannot be written as memory: its contents are in RAM, 4 MiB behind the board's, and the core's memory
 * management shows them in its place (hosts/riscv-virt/prepare.c). Source: QEMU 7.2, "'virt' Generic Virtual Platform".
 */
const riscvVirt: Preparation = Object.freeze({
  bodyOffset: 0x400000 + 0x40020,
  memorySize: 32 * 1024 * 1024,
  program: "qemu-system-riscv32",
  // prettier-ignore
  arguments: ({ rom, memory }) => [
    "-machine", "virt,memory-backend=memory", "-cpu", "rv32,a=off,f=off,d=off", "-m", "32M",
    "-object", `memory-backend-file,id=memory,size=32M,mem-path=${memory.replaceAll(",", ",,")},share=on`,
    "-device", `loader,file=${rom.replaceAll(",", ",,")},addr=0x80200000,cpu-num=0,force-raw=on`,
    "-bios", "none", "-no-reboot", "-display", "none", "-monitor", "none", "-serial", "stdio",
  ],
} satisfies Preparation);

export const machineCode: Readonly<Record<string, MachineCode>> = Object.freeze({
  "mps2-an386": {
    headerSize: 512,
    runtime: "build/mps2-an386/application.bin",
    preparation: mps2An386,
  },
  "riscv-virt": {
    headerSize: 32,
    runtime: "build/riscv-virt/application.bin",
    preparation: riscvVirt,
  },
});

/** What the linker script ends the runtime with. */
const END_MARK = "-BUNDLEXS-OT";

/**
 * The body of a board's image: runtime, size of the bundle as u32, bundle.
 * Source: hosts/bare-metal/application.c.
 * @throws BuildError when the runtime is not there, or is no runtime.
 */
export function appendBundle(runtimePath: string, bundle: Uint8Array): Uint8Array {
  let runtime: Buffer;
  try {
    runtime = readFileSync(runtimePath);
  } catch {
    throw BuildError.at(runtimePath, 0, "is not built; run make with the board's name");
  }
  if (!runtime.subarray(-16).includes(END_MARK)) {
    throw BuildError.at(runtimePath, 0, "is not the machine code of a board's application");
  }
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bundle.length);
  return new Uint8Array(Buffer.concat([runtime, size, bundle]));
}
