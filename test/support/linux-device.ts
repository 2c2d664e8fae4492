// SPDX-License-Identifier: MIT
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { flashSize } from "xs-ota/common/flash-map";
import { readFlashMap } from "xs-ota/toolchain/flash-map";
import { formatTrustedKeys, packImage, signImage } from "xs-ota/toolchain/image";

const map = readFlashMap("hosts/linux/flash.json");

/** The executable under test: the sanitized one when XS_OTA_LINUX names it. */
const executable = process.env["XS_OTA_LINUX"] ?? "build/linux/xs-ota-linux";

function newKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
}

/** A whole flash that boots `body`, signed by a key made for it. */
export function makeFlash(body: Uint8Array): Uint8Array {
  const { privateKey, publicKey } = newKeyPair();
  const flash = new Uint8Array(flashSize(map)).fill(map.erasedByte);
  const put = (name: string, bytes: Uint8Array): void => {
    flash.set(bytes, map.partitions.find(p => p.name === name)?.offset);
  };
  put("boot", formatTrustedKeys([publicKey]));
  put("slot-a", signImage(packImage({ body, version: "1.0.0", target: "linux" }), privateKey));
  return flash;
}

/** How a device ended. */
export interface DeviceRun {
  readonly status: number | null;
  /** Lines of the application's console. */
  readonly console: readonly string[];
  /** What the runtime says of itself, line by line. */
  readonly log: readonly string[];
}

const lines = (text: string): readonly string[] => text.split("\n").filter(line => line !== "");

/**
 * Runs a device on a copy of `flash` until it switches itself off or has been reset too often; without
 * a flash, only `options` are given to it. `onConsole` is called whenever its console says something.
 * @returns when it has ended, and so has whoever else could write to its console.
 */
export async function runDevice(
  flash: Uint8Array | undefined,
  options: readonly string[] = [],
  onConsole?: (supervisor: ChildProcess) => void,
): Promise<DeviceRun> {
  const folder = mkdtempSync(path.join(tmpdir(), "xs-ota-"));
  const file = path.join(folder, "flash.bin");
  if (flash !== undefined) writeFileSync(file, flash);
  const device = flash === undefined ? [] : ["--flash", file, "--no-sync"];
  try {
    const child = spawn(executable, [...device, ...options]);
    let out = "";
    let log = "";
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      onConsole?.(child);
    });
    child.stderr.on("data", (bytes: Buffer) => (log += bytes.toString()));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    return { status, console: lines(out), log: lines(log) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
