// SPDX-License-Identifier: MIT

/** An object by its place. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The object that an S3 URL means: "https://s3.<region>.amazonaws.com/<bucket>/<key>",
 * "https://<bucket>.s3.<region>.amazonaws.com/<key>", "s3://<bucket>/<key>", or a path-style URL of
 * any other host.
 * @returns `undefined` when it names no object.
 */
export function parseS3Url(url: string): ObjectPlace | undefined {
  const { protocol, hostname, pathname } = URL.canParse(url) ? new URL(url) : noUrl;
  const path = decodePercent(pathname.slice(1));
  if (path === undefined) return undefined;
  const virtual = /^(.+)\.s3[.-][^/]*amazonaws\.com(\.cn)?$/.exec(hostname)?.[1];
  const bucket = protocol === "s3:" ? hostname : virtual;
  if (bucket !== undefined) return placeOf(bucket, path);
  const slash = path.indexOf("/");
  return placeOf(path.slice(0, Math.max(0, slash)), path.slice(slash + 1));
}

/** Text out of its percent-encoding. @returns `undefined` when it is not in one. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const noUrl = Object.freeze({ protocol: "", hostname: "", pathname: "/" });

function placeOf(bucket: string, key: string): ObjectPlace | undefined {
  return bucket === "" || key === "" ? undefined : { bucket, key };
}
