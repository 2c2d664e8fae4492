// SPDX-License-Identifier: MIT
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { BuildError } from "./build-error.js";

/** What toolchain/xs-source.json pins. */
interface Pin {
  readonly package: string;
  readonly version: string;
  /** As npm writes it: "sha512-" and the digest in base64. */
  readonly integrity: string;
}

function pack(pin: Pin, folder: string): string {
  const spec = `${pin.package}@${pin.version}`;
  try {
    const name = execFileSync("npm", ["pack", "--silent", spec], { cwd: folder, encoding: "utf8" });
    return path.join(folder, name.trim());
  } catch (error) {
    const reason = (error as { readonly stderr?: string }).stderr?.trim() ?? String(error);
    throw new BuildError(`npm pack ${spec} failed; is the npm registry reachable?\n${reason}`);
  }
}

function verify(tarball: string, pin: Pin): void {
  const digest = createHash("sha512").update(readFileSync(tarball)).digest("base64");
  if (`sha512-${digest}` === pin.integrity) return;
  const what = `${pin.package}@${pin.version} is not what was pinned: sha512-${digest}`;
  throw new BuildError(`${what} instead of ${pin.integrity}`);
}

/**
 * Makes sure that `folder` holds the sources of the XS engine (docs/adr/0001). They appear whole or not at all.
 * @param pinFile toolchain/xs-source.json.
 * @throws BuildError when the package cannot be had, or is not the one that was pinned.
 */
export function fetchXsSource(pinFile: string, folder: string): void {
  if (existsSync(folder)) return;
  const pin = JSON.parse(readFileSync(pinFile, "utf8")) as Pin;
  const temporary = mkdtempSync(`${folder}.`);
  try {
    const tarball = pack(pin, temporary);
    verify(tarball, pin);
    execFileSync("tar", ["-xzf", tarball, "-C", temporary]);
    renameSync(path.join(temporary, "package", "moddable", "xs"), folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
