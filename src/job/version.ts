// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { parseDigits } from "./characters.js";
import { isWhole } from "./read.js";

/**
 * A firmware version as the C library has it: major (8 bits), minor (8 bits), build (16 bits) in one
 * unsigned number, so that versions compare as numbers. Source: AppVersion32_t in ota_appversion32.h.
 */
export type AppVersion = number;

/** @throws OtaError "argument-invalid" unless `text` is `major.minor.build` within 255.255.65535. */
export function parseVersion(text: string): AppVersion {
  const parts = text.split(".");
  const [major, minor, build] = parts.map((part, at) => parseDigits(part, at < 2 ? 3 : 5));
  const isWhole = parts.length === 3;
  if (!isWhole || major === undefined || minor === undefined || build === undefined) {
    throw new OtaError("argument-invalid", `version "${text}" is not major.minor.build`);
  }
  return packVersion(major, minor, build);
}

/** @throws OtaError "argument-invalid" when a part is out of range. */
export function packVersion(major: number, minor: number, build: number): AppVersion {
  if (!isWhole(major, 0, 0xff) || !isWhole(minor, 0, 0xff) || !isWhole(build, 0, 0xffff)) {
    throw new OtaError("argument-invalid", `version ${major}.${minor}.${build} is out of range`);
  }
  return ((major << 24) | (minor << 16) | build) >>> 0;
}

/** `major.minor.build`; a zero is written, where v3.3.0 of the C library wrote nothing. */
export function formatVersion(version: AppVersion): string {
  return `${version >>> 24}.${(version >>> 16) & 0xff}.${version & 0xffff}`;
}

/**
 * The rule of the C library: an image may not replace one of the same or a newer version.
 * @throws OtaError "version-same", "version-older", naming both.
 */
export function checkVersion(next: AppVersion, previous: AppVersion): void {
  if (next === previous) {
    throw new OtaError("version-same", `image is ${formatVersion(next)}, as the one it replaces`);
  }
  if (next < previous) {
    throw new OtaError(
      "version-older",
      `image is ${formatVersion(next)}, older than ${formatVersion(previous)}`,
    );
  }
}
