// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";

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

const isUpTo = (value: number, limit: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= limit;

/** True when each part fits its field. */
export function isImageVersion(version: ImageVersion): boolean {
  return (
    isUpTo(version.major, limits.major) &&
    isUpTo(version.minor, limits.minor) &&
    isUpTo(version.revision, limits.revision) &&
    isUpTo(version.build, limits.build)
  );
}

/**
 * Reads "1.2.3" or, with a build number, "1.2.3+4".
 * @throws OtaError "argument-invalid" for any other text, and for parts out of range.
 */
export function parseImageVersion(text: string): ImageVersion {
  const parts = /^(\d+)\.(\d+)\.(\d+)(?:\+(\d+))?$/.exec(text);
  const version = {
    major: Number(parts?.[1]),
    minor: Number(parts?.[2]),
    revision: Number(parts?.[3]),
    build: Number(parts?.[4] ?? 0),
  };
  if (isImageVersion(version)) return version;
  throw new OtaError("argument-invalid", `version "${text}" is not like 1.2.3 or 1.2.3+4`);
}

/** "1.2.3", or "1.2.3+4" when there is a build number. */
export function formatImageVersion({ major, minor, revision, build }: ImageVersion): string {
  const text = `${major}.${minor}.${revision}`;
  return build === 0 ? text : `${text}+${build}`;
}
