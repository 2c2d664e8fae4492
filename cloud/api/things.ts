// SPDX-License-Identifier: MIT
import { formatArn } from "../registry/arn.js";
import type { Thing } from "../registry/things.js";
import { inputOf, page, param, type Routes } from "./routes.js";

/** Things. Source: AWS IoT API reference, operations of these names. */
export const thingRoutes: Routes = Object.freeze({
  "POST /things/{thingName}": (desk, request) => {
    const { thingName, thingId } = desk.things.create(inputOf(request));
    return { thingName, thingId, thingArn: formatArn(`thing/${thingName}`) };
  },
  "GET /things": (desk, request) => {
    const { query } = request;
    const attribute = query.get("attributeName");
    const type = query.get("thingTypeName");
    const isMeant = (thing: Thing): boolean =>
      (attribute === null || thing.attributes[attribute] === query.get("attributeValue")) &&
      (type === null || thing.thingTypeName === type);
    const { items, nextToken } = page(desk.things.list().filter(isMeant), request);
    return { things: items.map(formatThing), nextToken };
  },
  "GET /things/{thingName}": (desk, request) => {
    const thing = desk.things.get(param(request, "thingName"));
    const { thingName, thingId } = thing;
    return { ...formatThing(thing), thingId, defaultClientId: thingName };
  },
  "PATCH /things/{thingName}": (desk, request) => {
    desk.things.update(param(request, "thingName"), request.body);
    return {};
  },
  "DELETE /things/{thingName}": (desk, request) => {
    desk.deleteThing(param(request, "thingName"));
    return {};
  },
  "GET /endpoint": (desk, { query }) => ({
    endpointAddress: desk.endpointAddress(query.get("endpointType") ?? "iot:Data"),
  }),
});

function formatThing({ thingName, thingTypeName, attributes, version }: Thing): object {
  const thingArn = formatArn(`thing/${thingName}`);
  return { thingName, thingTypeName, thingArn, attributes, version };
}
