// SPDX-License-Identifier: MIT
import { z } from "zod";
import { IotError } from "../errors.js";
import { parseRequest } from "../jobs/requests.js";
import { needNone, needResource, needVersion } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";

/*
 * Static thing groups.
 * Source: AWS IoT API reference, CreateThingGroup and UpdateThingGroup.
 */

const groupName = z
  .string()
  .regex(/^[a-zA-Z0-9:_-]{1,128}$/, "a group name is 1 to 128 of [a-zA-Z0-9:_-]");
const properties = z.object({
  thingGroupDescription: z.string().max(2028).optional(),
  attributePayload: z
    .object({ attributes: z.record(z.string(), z.string()).optional() })
    .optional(),
});

const createGroupRequest = z.object({
  thingGroupName: groupName,
  parentGroupName: groupName.optional(),
  thingGroupProperties: properties.default({}),
});

const updateGroupRequest = z.object({
  thingGroupProperties: properties,
  expectedVersion: z.int().optional(),
});

/** A group as it is kept. Times are in ms since the epoch. */
export interface ThingGroup {
  readonly thingGroupName: string;
  readonly thingGroupId: string;
  readonly parentGroupName?: string | undefined;
  readonly properties: z.infer<typeof properties>;
  readonly createdAt: number;
  readonly version: number;
}

interface Membership {
  readonly group: string;
  readonly thing: string;
}

/** Groups of things, and who is in them. */
export class ThingGroups {
  readonly #groups: Table<ThingGroup>;
  readonly #members: Table<Membership>;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#groups = store.table("groups", { parent: g => g.parentGroupName ?? "" });
    this.#members = store.table("memberships", { group: m => m.group, thing: m => m.thing });
    this.#now = now;
  }

  /** @throws IotError "InvalidRequest", "ResourceAlreadyExists", "ResourceNotFound" (the parent). */
  create(input: unknown): ThingGroup {
    const request = parseRequest(createGroupRequest, input);
    const { thingGroupName, parentGroupName, thingGroupProperties } = request;
    needNone(this.#groups, "Group", thingGroupName);
    if (parentGroupName !== undefined) this.get(parentGroupName);
    const group = {
      thingGroupName,
      thingGroupId: crypto.randomUUID(),
      parentGroupName,
      properties: thingGroupProperties,
      createdAt: this.#now(),
      version: 1,
    };
    this.#groups.put(thingGroupName, group);
    return group;
  }

  /** @throws IotError "InvalidRequest", "ResourceNotFound", "VersionConflict". */
  update(name: string, input: unknown): ThingGroup {
    const { thingGroupProperties, expectedVersion } = parseRequest(updateGroupRequest, input);
    const old = this.get(name);
    needVersion(expectedVersion, old.version);
    const group = { ...old, properties: thingGroupProperties, version: old.version + 1 };
    this.#groups.put(name, group);
    return group;
  }

  /** @throws IotError "ResourceNotFound". */
  get(name: string): ThingGroup {
    return needResource(this.#groups, "Group", name);
  }

  list(): ThingGroup[] {
    return this.#groups.values();
  }

  /** Deletes a group; harmless when there is none. @throws IotError "InvalidRequest" (it has children). */
  delete(name: string): void {
    if (this.#groups.by("parent", name).length > 0) {
      throw new IotError("InvalidRequest", `Group ${name} has child groups`);
    }
    for (const { thing } of this.#members.by("group", name)) this.remove(name, thing);
    this.#groups.delete(name);
  }

  /** @returns whether the thing was not in the group before. @throws IotError "ResourceNotFound". */
  add(name: string, thing: string): boolean {
    this.get(name);
    const key = `${name}/${thing}`;
    if (this.#members.has(key)) return false;
    this.#members.put(key, { group: name, thing });
    return true;
  }

  /** Takes a thing out of a group; harmless when it is not in it. */
  remove(name: string, thing: string): void {
    this.#members.delete(`${name}/${thing}`);
  }

  /** Groups that hold the thing itself. */
  groupsOf(thing: string): string[] {
    return this.#members.by("thing", thing).map(m => m.group);
  }

  /** The group and those above it, up to the root. */
  lineage(name: string): string[] {
    const parent = this.#groups.get(name)?.parentGroupName;
    return parent === undefined ? [name] : [name, ...this.lineage(parent)];
  }

  /** Things in the group, and with `recursive` those in the groups below. @throws IotError "ResourceNotFound". */
  thingsIn(name: string, recursive: boolean): string[] {
    this.get(name);
    const own = this.#members.by("group", name).map(m => m.thing);
    if (!recursive) return own;
    const below = this.#groups.by("parent", name);
    return [...new Set([...own, ...below.flatMap(g => this.thingsIn(g.thingGroupName, true))])];
  }
}
