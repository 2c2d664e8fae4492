// SPDX-License-Identifier: MIT
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { flashSize, type FlashMap, type FlashMapPartition } from "xs-ota/common/flash-map";
import type { Identity } from "xs-ota/common/identity";
import { slotLayout } from "xs-ota/pal/boot/trailer";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { formatTrustedKeys } from "xs-ota/toolchain/image";
import { packageRoot, type Board } from "./boards.js";
import { CliError, messageOf } from "./failure.js";
import { readInput } from "./files.js";

/** What a new device has on its flash. */
export interface FlashContents {
  readonly identity: Identity;
  /** The signed image that it starts with. */
  readonly image: Uint8Array;
  /** Machine code, on boards; absent where the bootloader is not on the flash. */
  readonly bootloader?: Uint8Array;
}

/**
 * The whole flash of a new device: trusted keys, its first image in slot-a, its identity, all else erased.
 * The bootloader trusts the keys of the same certificates as the agent.
 * @throws CliError "input" when something does not fit.
 */
export function makeFlashImage(
  map: FlashMap,
  { identity, image, bootloader }: FlashContents,
): Uint8Array {
  needFits(map, image);
  const flash = new Uint8Array(flashSize(map)).fill(map.erasedByte);
  const keys = formatTrustedKeys(Object.entries(identity.certificates).map(publicKeyOf));
  const contents = {
    boot: bootloader === undefined ? keys : withKeys(map, bootloader, keys),
    "slot-a": image,
    data: formatIdentity(identity, map.erasedByte),
  };
  for (const [name, bytes] of Object.entries(contents)) {
    const { offset, size } = findPartition(map, name);
    if (bytes.length > size) throw tooLarge(name, bytes.length, size);
    flash.set(bytes, offset);
  }
  return flash;
}

/** An identity as a `data` partition begins with it: ended by an erased byte. */
export function formatIdentity(identity: Identity, erasedByte: number): Uint8Array {
  return Buffer.concat([Buffer.from(JSON.stringify(identity)), Buffer.of(erasedByte)]);
}

/** Bytes of the largest image that a board's bootloader starts: one that it could swap. */
export function imageCapacity(map: FlashMap): number {
  const geometryOf = (name: string): FlashGeometry => ({ ...map, ...findPartition(map, name) });
  return slotLayout(geometryOf("slot-a"), geometryOf("slot-b")).capacity;
}

/**
 * Holds an image against the slots.
 * @throws CliError "input" by how many bytes it is too large.
 */
export function needFits(map: FlashMap, image: Uint8Array): void {
  const excess = image.length - imageCapacity(map);
  if (excess <= 0) return;
  throw new CliError(
    "input",
    `the image has ${image.length} bytes, ${excess} more than a slot of this board has room for`,
    "Leave something out of the application, or make the slots larger in the host's flash.json.",
  );
}

/** @throws CliError "input" when the map has none of that name. */
export function findPartition({ partitions }: FlashMap, name: string): FlashMapPartition {
  const found = partitions.find(partition => partition.name === name);
  if (found !== undefined) return found;
  throw new CliError("input", `the flash map has no partition "${name}"`);
}

/** What says how a new device's flash is made; paths are from the package's root. */
type FlashedBoard = Pick<Board, "flashMap" | "bootloader" | "makeTarget">;

/**
 * The whole flash of a new device of a kind, with its bootloader.
 * @throws CliError "input" when something does not fit, or the bootloader is not built.
 */
export function makeBoardFlash(
  board: FlashedBoard,
  contents: Omit<FlashContents, "bootloader">,
): Uint8Array {
  const map = readFlashMap(join(packageRoot, board.flashMap));
  return makeFlashImage(map, { ...contents, ...readBootloader(board) });
}

function readBootloader({ bootloader, makeTarget }: FlashedBoard): { bootloader?: Uint8Array } {
  if (bootloader === undefined) return {};
  const path = join(packageRoot, bootloader);
  return { bootloader: readInput(path, "the bootloader", `\`make ${makeTarget}\` builds it.`) };
}

/** Bytes at the end of a board's boot partition. Source: hosts/bare-metal/bootloader.c. */
const KEYS_PLACE = 4096;

/** Where in its boot partition a board with a bootloader there has the trusted keys; the others have them at its start. */
export const trustedKeysOffset = (map: FlashMap): number =>
  findPartition(map, "boot").size - KEYS_PLACE;

/** The boot partition of a board: machine code, and the trusted keys at the end. */
function withKeys(map: FlashMap, bootloader: Uint8Array, keys: Uint8Array): Uint8Array {
  const { size } = findPartition(map, "boot");
  const keysOffset = trustedKeysOffset(map);
  if (bootloader.length > keysOffset) throw tooLarge("boot", bootloader.length, keysOffset);
  const bytes = new Uint8Array(size).fill(map.erasedByte);
  bytes.set(bootloader);
  bytes.set(keys, keysOffset);
  return bytes;
}

function publicKeyOf([name, pem]: [string, string]): string {
  try {
    return new X509Certificate(pem).publicKey.export({ type: "spki", format: "pem" }).toString();
  } catch (error) {
    throw new CliError("input", `the certificate ${name} does not parse: ${messageOf(error)}`);
  }
}

function tooLarge(name: string, length: number, room: number): CliError {
  return new CliError(
    "input",
    `${length} bytes do not fit partition ${name}: it has room for ${room}`,
    "Make the image smaller, or the partition larger in the host's flash.json.",
  );
}
