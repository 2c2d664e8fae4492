// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import type { Table } from "./table.js";

/**
 * The record at `key`.
 * @param kind what it is, for the message: "Thing"
 * @throws IotError "ResourceNotFound".
 */
export function needResource<T extends object>(table: Table<T>, kind: string, key: string): T {
  const found = table.get(key);
  if (found !== undefined) return found;
  throw new IotError("ResourceNotFound", `${kind} ${key} cannot be found`);
}

/** @throws IotError "ResourceAlreadyExists" when there is a record at `key`. */
export function needNone<T extends object>(table: Table<T>, kind: string, key: string): void {
  if (!table.has(key)) return;
  throw new IotError("ResourceAlreadyExists", `${kind} ${key} already exists`);
}

/** Holds the version that a request expects against the one there is. @throws IotError "VersionConflict". */
export function needVersion(expected: number | undefined, version: number): void {
  if (expected === undefined || expected === version) return;
  throw new IotError("VersionConflict", `The version is ${version}`);
}
