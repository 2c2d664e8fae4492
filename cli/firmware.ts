// SPDX-License-Identifier: MIT
import type { KeyObject } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { OtaError } from "xs-ota/pal/error";
import { BuildError, MissingToolError } from "xs-ota/toolchain/build-error";
import { buildBundle } from "xs-ota/toolchain/bundle";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { parseIntelHex } from "xs-ota/toolchain/intel-hex";
import { appendBundle, machineCode, type MachineCode } from "xs-ota/toolchain/machine-code";
import { prepareBody } from "xs-ota/toolchain/prepare";
import { ImageError, packImage, signImage } from "xs-ota/toolchain/image";
import { buildSimulatorLibrary } from "xs-ota/toolchain/sdk-build";
import { packageRoot } from "./boards.js";
import { CliError, messageOf } from "./failure.js";
import { makeFolder, readInput, readJson, replaceFile } from "./files.js";
import { findPartition } from "./flash-image.js";
import type { SdkBoard } from "./sdk-boards.js";
import { parsePrivateKey, signDetached } from "./signing.js";
import type { DetachedSignature } from "./signing.js";

/** What firmware is made of. */
export interface FirmwareOptions {
  /** The application's manifest.json. */
  readonly manifest: string;
  /** As in the manifest's `platforms`. */
  readonly platform: string;
  /** "1.2.3"; goes into the image's header and, as `config.version`, into the application. */
  readonly version: string;
  /** Laid over the manifest's `config`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly securityCounter?: number | undefined;
  /** The only class of device that the image is for; any when absent. */
  readonly target?: string | undefined;
  /** Machine code for the board instead of the runtime that `make` builds for it; from the package's root. */
  readonly runtime?: string | undefined;
  /** Where the image is going to be; what later builds can use again is kept beside it. */
  readonly out: string;
}

/**
 * Compiles an application and packs it as an image, not signed yet.
 * @throws CliError "input" with the file and the line of what is wrong in the application; "tool" without the emulator
 *   that prepares a board's images.
 */
export function buildFirmware(options: FirmwareOptions): Uint8Array {
  const { platform, version, securityCounter, target } = options;
  makeFolder(dirname(options.out));
  const headerSize = machineCode[platform]?.headerSize;
  return explained(() =>
    packImage({
      body: platform === "simulator" ? simulatorBody(options) : bundleBody(options),
      version,
      ...(headerSize === undefined ? {} : { headerSize }),
      ...(securityCounter === undefined ? {} : { securityCounter }),
      ...(target === undefined ? {} : { target }),
    }),
  );
}

/** A bundle, behind the runtime where images are machine code. */
function bundleBody(options: FirmwareOptions): Uint8Array {
  const { manifest, platform, version, config, out } = options;
  const bundle = `${out}.bundle`;
  const compiler = join(packageRoot, "build/xsc/xsc");
  const machine = machineCode[platform];
  const linked = machine !== undefined;
  const whole = { ...config, version };
  buildBundle({ manifest, platform, config: whole, out: bundle, compiler, linked });
  const bytes = readFileSync(bundle);
  rmSync(bundle);
  if (!linked) return bytes;
  return bodyOf({ ...machine, runtime: options.runtime ?? machine.runtime }, bytes);
}

/** Machine code that the Moddable SDK has built. */
export interface MachineCodeOptions {
  /** Path of the Intel HEX. */
  readonly hex: string;
  /** "1.2.3". */
  readonly version: string;
  readonly securityCounter?: number | undefined;
  readonly target?: string | undefined;
}

/**
 * Packs machine code as an image, not signed yet.
 * @throws CliError "input" when it is none, or is not linked for slot-a of the board.
 */
export function packMachineCode(board: SdkBoard, options: MachineCodeOptions): Uint8Array {
  const { hex, version, securityCounter, target } = options;
  const text = new TextDecoder().decode(readInput(hex, "the machine code", "mcconfig leaves it."));
  return explained(() => {
    const { address, bytes } = parseIntelHex(text, hex);
    const slot = findPartition(readFlashMap(join(packageRoot, board.flashMap)), "slot-a");
    const place = board.flashAddress + slot.offset + board.headerSize;
    if (address !== place) {
      const [is, must] = [address, place].map(value => `0x${value.toString(16)}`);
      throw new BuildError(
        `${hex} begins at ${is}, and must begin at ${must}: is it of xs-ota's manifest?`,
      );
    }
    return packImage({
      body: bytes,
      version,
      headerSize: board.headerSize,
      ...(securityCounter === undefined ? {} : { securityCounter }),
      ...(target === undefined ? {} : { target }),
    });
  });
}

/** Runtime and bundle, and a prepared machine where the board has one. */
function bodyOf({ runtime, preparation }: MachineCode, bundle: Uint8Array): Uint8Array {
  const body = appendBundle(join(packageRoot, runtime), bundle);
  if (preparation === undefined) return body;
  const rom = join(packageRoot, dirname(runtime), "prepare-rom.bin");
  return prepareBody({ body, bundleSize: bundle.length, rom }, preparation);
}

const simulatorBody = ({ manifest, config, version }: FirmwareOptions): Uint8Array =>
  buildSimulatorLibrary({
    manifest,
    config: { ...config, version },
    folder: join(packageRoot, "build/simulator/mcconfig"),
    tools: join(packageRoot, "node_modules/.bin"),
  });

/** An image that a bootloader and an agent accept. */
export interface SignedImage extends DetachedSignature {
  readonly bytes: Uint8Array;
}

/**
 * Reads a code-signing key, PEM: also to be told of a mistake before a long build.
 * @throws CliError "input" when it cannot be used.
 */
export function readSigningKey(path: string): { readonly pem: string; readonly key: KeyObject } {
  const pem = readInput(path, "the key", "`xs-ota keys` makes one.");
  return { pem: new TextDecoder().decode(pem), key: parsePrivateKey(pem, path) };
}

/**
 * Signs an image twice: in it for the bootloader, and over the whole file for the job document.
 * @param path the image's, if the user named it
 * @throws CliError "input" when the key or the image cannot be used.
 */
export function signFirmware(image: Uint8Array, keyPath: string, path?: string): SignedImage {
  const { pem, key } = readSigningKey(keyPath);
  const bytes = explained(() => signImage(image, pem), path);
  return { bytes, ...signDetached(bytes, key) };
}

/** Writes a signed image, and beside it as `<path>.sig` the signature for the job document. @throws CliError "input". */
export function writeSignedImage(path: string, { bytes, scheme, signature }: SignedImage): void {
  const detached = `${JSON.stringify({ [scheme]: signature })}\n`;
  replaceFile({ path, content: bytes, mode: 0o644 });
  replaceFile({ path: `${path}.sig`, content: detached, mode: 0o644 });
}

/** The version in a manifest's `config`. @throws CliError "usage" when it has none. */
export function manifestVersion(path: string): string {
  const manifest = readJson(path, "the manifest") as { config?: { version?: unknown } } | null;
  const version = manifest?.config?.version;
  if (typeof version === "string") return version;
  throw new CliError("usage", `${path} has no config.version`, "Add it, or give --version.");
}

/** What the toolchain throws on purpose, as a failure of the user's input: of the image at `path`, if one was given. */
function explained<Result>(run: () => Result, path?: string): Result {
  try {
    return run();
  } catch (error) {
    const expected = [BuildError, ImageError, OtaError].some(kind => error instanceof kind);
    if (!expected) throw error;
    const kind = error instanceof MissingToolError ? "tool" : "input";
    const message =
      path === undefined ? messageOf(error) : `the image ${path}: ${messageOf(error)}`;
    const remedy = path === undefined ? undefined : "`xs-ota build` makes one.";
    throw new CliError(kind, message, remedy, { cause: error });
  }
}
