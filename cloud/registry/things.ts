// SPDX-License-Identifier: MIT
import { z } from "zod";
import { IotError } from "../errors.js";
import { parseRequest } from "../jobs/requests.js";
import { needResource, needVersion } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";

/*
 * Things, as AWS IoT's registry keeps them.
 * Source: AWS IoT API reference, CreateThing, UpdateThing and DeleteThing.
 */

const attributes = z.record(z.string().regex(/^[a-zA-Z0-9_.,@/:#-]{1,128}$/), z.string().max(800));

export const createThingRequest = z.object({
  thingName: z
    .string()
    .regex(/^[a-zA-Z0-9:_-]{1,128}$/, "a thing name is 1 to 128 of [a-zA-Z0-9:_-]"),
  thingTypeName: z.string().max(128).optional(),
  attributePayload: z
    .object({ attributes: attributes.optional(), merge: z.boolean().optional() })
    .optional(),
});

export const updateThingRequest = z.object({
  attributePayload: createThingRequest.shape.attributePayload,
  expectedVersion: z.int().optional(),
});

/** A thing as it is kept. */
export interface Thing {
  readonly thingName: string;
  readonly thingId: string;
  readonly thingTypeName?: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** 1 when it is made, one more with each update. */
  readonly version: number;
}

/** The registry of things. */
export class Things {
  readonly #things: Table<Thing>;

  constructor(store: Store) {
    this.#things = store.table("things");
  }

  /**
   * Registers a thing; a repeat with the same attributes gives the one there is.
   * @throws IotError "InvalidRequest", "ResourceAlreadyExists".
   */
  create(input: unknown): Thing {
    const { thingName, thingTypeName, attributePayload } = parseRequest(createThingRequest, input);
    const attributes = attributePayload?.attributes ?? {};
    const old = this.#things.get(thingName);
    if (old !== undefined) {
      const isSame =
        old.thingTypeName === thingTypeName &&
        JSON.stringify(old.attributes) === JSON.stringify(attributes);
      if (isSame) return old;
      throw new IotError("ResourceAlreadyExists", `Thing ${thingName} has other attributes`);
    }
    const thing = {
      thingName,
      thingId: crypto.randomUUID(),
      thingTypeName,
      attributes,
      version: 1,
    };
    this.#things.put(thingName, thing);
    return thing;
  }

  /** @throws IotError "InvalidRequest", "ResourceNotFound", "VersionConflict". */
  update(thingName: string, input: unknown): void {
    const { attributePayload, expectedVersion } = parseRequest(updateThingRequest, input);
    const old = this.get(thingName);
    needVersion(expectedVersion, old.version);
    const base = attributePayload?.merge === true ? old.attributes : {};
    const attributes = { ...base, ...attributePayload?.attributes };
    this.#things.put(thingName, { ...old, attributes, version: old.version + 1 });
  }

  has(thingName: string): boolean {
    return this.#things.has(thingName);
  }

  /** @throws IotError "ResourceNotFound". */
  get(thingName: string): Thing {
    return needResource(this.#things, "Thing", thingName);
  }

  list(): Thing[] {
    return this.#things.values();
  }

  delete(thingName: string): void {
    this.#things.delete(thingName);
  }
}
