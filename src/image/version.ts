// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import { parseDigits } from "../job/characters.js";
import { isWhole } from "../job/read.js";

/** The version in an image's header. Source: MCUboot image.h, struct image_version. */
export interface ImageVersion {
  /** 0..255. */
  readonly major: number;
  /** 0..255. */
  readonly minor: number;
  /** 0..65535. */
  readonly revision: number;
  /** 0..2^32-1. */
  readonly build: number;
}

const limits = Object.freeze({ major: 0xff, minor: 0xff, revision: 0xffff, build: 0xffff_ffff });

type PartialVersion = { readonly [part in keyof ImageVersion]: number | undefined };

/** True when each part is there, and fits its field. */
export function isImageVersion(version: PartialVersion): version is ImageVersion {
  return (
    isWhole(version.major, 0, limits.major) &&
    isWhole(version.minor, 0, limits.minor) &&
    isWhole(version.revision, 0, limits.revision) &&
    isWhole(version.build, 0, limits.build)
  );
}

const parsePart = (text: string): number | undefined => parseDigits(text, 10);

/**
 * Reads "1.2.3" or, with a build number, "1.2.3+4".
 * @throws OtaError "argument-invalid" for any other text, and for parts out of range.
 */
export function parseImageVersion(text: string): ImageVersion {
  const [numbers = "", build = "0", ...behind] = text.split("+");
  const [major, minor, revision, ...more] = numbers.split(".").map(parsePart);
  const version = { major, minor, revision, build: parsePart(build) };
  if (behind.length === 0 && more.length === 0 && isImageVersion(version)) return version;
  throw new OtaError("argument-invalid", `version "${text}" is not like 1.2.3 or 1.2.3+4`);
}

/** "1.2.3", or "1.2.3+4" when there is a build number. */
export function formatImageVersion({ major, minor, revision, build }: ImageVersion): string {
  const text = `${major}.${minor}.${revision}`;
  return build === 0 ? text : `${text}+${build}`;
}
