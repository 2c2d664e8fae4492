// SPDX-License-Identifier: MIT
import { join } from "node:path";
import type { Identity } from "xs-ota/common/identity";
import { BuildError } from "xs-ota/toolchain/build-error";
import { type EspPartition, readPartitionTable } from "xs-ota/toolchain/esp-partitions";
import { formatUf2 } from "xs-ota/toolchain/uf2";
import { boards, packageRoot, type Board, type BoardName } from "./boards.js";
import { CliError, messageOf } from "./failure.js";
import { formatIdentity, makeBoardFlash } from "./flash-image.js";
import type { KeyKind } from "./keys.js";
import { sdkBoards, type SdkBoard, type SdkBoardName } from "./sdk-boards.js";

/** What a new device gets. */
export interface NewDevice {
  readonly identity: Identity;
  /** The signed image that it starts with; absent where the SDK flashes that itself. */
  readonly image?: Uint8Array | undefined;
  /** Path of an ESP32's partition table; of the 4 MB one unless told. */
  readonly partitions?: string | undefined;
}

/** What makes a device of a board, and how it gets there. */
export interface Provision {
  readonly content: Uint8Array;
  /** Where it goes, if that is not the whole flash: bytes from the start of the flash. */
  readonly partition?: EspPartition;
  /** Command lines for a person, any one of which puts `file` on the board. */
  readonly steps: (file: string) => readonly string[];
}

/** How the devices of a board are made. */
export interface Provisioner {
  /** Of the file. */
  readonly extension: string;
  /** Of the key that it connects with, where that is not free to choose. */
  readonly keyKind?: KeyKind | undefined;
  /** @throws CliError "input", "usage". */
  readonly provision: (device: NewDevice) => Provision;
}

export type ProvisionedBoard = BoardName | SdkBoardName | "esp32";

const flashFile = (name: BoardName, board: Board): Provisioner => ({
  extension: "flash",
  keyKind: board.keyKind,
  provision: device => ({
    content: makeBoardFlash(board, wholeDevice(device, name)),
    steps: file => [
      `xs-ota device --board ${name} --thing ${device.identity.thingName} --flash ${file}`,
    ],
  }),
});

/** What the first stage takes is in the chip; the rest of the flash map is external: it stays as it was, and the second one verifies it. */
export const uf2File = (name: string, board: SdkBoard): Provisioner => ({
  extension: "uf2",
  provision(device) {
    const { flashAddress: address, uf2Family: family, internalSize } = board;
    const internal = makeBoardFlash(board, wholeDevice(device, name)).subarray(0, internalSize);
    return {
      content: formatUf2(internal, { address, family }),
      steps: file => [`cp ${file} <the board's USB drive>`],
    };
  },
});

const PARTITION_TABLES = "hosts/esp32/partitions";
const NOR_ERASED = 0xff;

/** All chips of the family: mcconfig flashes the application, this is the partition that it leaves alone. */
const esp32: Provisioner = {
  extension: "data.bin",
  keyKind: "rsa-2048", // the only kind that the Moddable SDK's TLS takes
  provision({ identity, partitions = join(packageRoot, PARTITION_TABLES, "4mb.csv"), image }) {
    if (image !== undefined) {
      throw new CliError("usage", "an ESP32 takes no --image here", "mcconfig flashes the image.");
    }
    const partition = findData(partitions);
    const content = new Uint8Array(partition.size).fill(NOR_ERASED);
    const bytes = formatIdentity(identity, NOR_ERASED);
    if (bytes.length > content.length) throw tooLarge(partitions, bytes.length, partition);
    content.set(bytes);
    const at = `0x${partition.offset.toString(16)}`;
    return {
      content,
      partition,
      steps: file => [
        `esptool write-flash ${at} ${file}`,
        `parttool.py write_partition --partition-name ${partition.name} --input ${file}`,
      ],
    };
  },
};

const each = <Name extends string, Kind>(
  kinds: Readonly<Record<Name, Kind>>,
  make: (name: Name, kind: Kind) => Provisioner,
): Record<Name, Provisioner> =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, make(name as Name, kind as Kind)]),
  ) as Record<Name, Provisioner>;

/** How a device is made, by its board. */
export const provisioners: Readonly<Record<ProvisionedBoard, Provisioner>> = Object.freeze({
  ...each<BoardName, Board>(boards, flashFile),
  ...each<SdkBoardName, SdkBoard>(sdkBoards, uf2File),
  esp32,
});

/** For `--board`. */
export const provisionedBoards = Object.freeze(
  Object.keys(provisioners),
) as readonly ProvisionedBoard[];

/** @throws CliError "usage" without an image, or with what only an ESP32 has. */
function wholeDevice(
  { identity, image, partitions }: NewDevice,
  board: string,
): { readonly identity: Identity; readonly image: Uint8Array } {
  if (partitions !== undefined) {
    throw new CliError(
      "usage",
      `${board} takes no --partitions`,
      "Its host's flash.json says all.",
    );
  }
  if (image !== undefined) return { identity, image };
  throw new CliError(
    "usage",
    `a new ${board} needs --image`,
    "Give the signed image that it starts with: `xs-ota build` or `xs-ota pack` makes one.",
  );
}

/** @throws CliError "input" when the table is not valid, or has no `data`. */
function findData(path: string): EspPartition {
  const remedy = `hosts/esp32/partitions has tables for 4, 8 and 16 MB.`;
  try {
    const found = readPartitionTable(path).find(({ name }) => name === "data");
    if (found?.type === "data") return found;
  } catch (error) {
    if (error instanceof BuildError || (error as NodeJS.ErrnoException).code !== undefined) {
      throw new CliError("input", `the partition table: ${messageOf(error)}`, remedy);
    }
    throw error;
  }
  throw new CliError(
    "input",
    `the partition table ${path} has no partition "data" of type data`,
    remedy,
  );
}

function tooLarge(path: string, length: number, { name, size }: EspPartition): CliError {
  const message = `the identity has ${length} bytes, and partition "${name}" of ${path} ${size}`;
  return new CliError("input", message, "Make the partition larger.");
}
