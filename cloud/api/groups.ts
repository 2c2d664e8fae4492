// SPDX-License-Identifier: MIT
import { formatArn, parseArn } from "../registry/arn.js";
import type { ThingGroup } from "../registry/groups.js";
import {
  type ApiRequest,
  flag,
  inputOf,
  nameField,
  page,
  param,
  type Routes,
  time,
} from "./routes.js";

/** Thing groups. Source: AWS IoT API reference, operations of these names. */
export const groupRoutes: Routes = Object.freeze({
  "POST /thing-groups/{thingGroupName}": (desk, request) => {
    const { thingGroupName, thingGroupId } = desk.groups.create(inputOf(request));
    return { thingGroupName, thingGroupId, thingGroupArn: arnOf(thingGroupName) };
  },
  "GET /thing-groups/{thingGroupName}": (desk, request) => {
    const group = desk.groups.get(param(request, "thingGroupName"));
    const { thingGroupName, thingGroupId, properties, createdAt, version } = group;
    const lineage = desk.groups.lineage(thingGroupName).slice(1).reverse();
    return {
      thingGroupName,
      thingGroupId,
      thingGroupArn: arnOf(thingGroupName),
      version,
      thingGroupProperties: properties,
      thingGroupMetadata: {
        parentGroupName: group.parentGroupName,
        rootToParentThingGroups: lineage.map(formatGroup),
        creationDate: time(createdAt),
      },
    };
  },
  "PATCH /thing-groups/{thingGroupName}": (desk, request) => {
    const { version } = desk.groups.update(param(request, "thingGroupName"), request.body);
    return { version };
  },
  "DELETE /thing-groups/{thingGroupName}": (desk, request) => {
    desk.groups.delete(param(request, "thingGroupName"));
    return {};
  },
  "GET /thing-groups": (desk, request) => {
    const { items, nextToken } = page(desk.groups.list().filter(isListed(request)), request);
    return { thingGroups: items.map(g => formatGroup(g.thingGroupName)), nextToken };
  },
  "GET /thing-groups/{thingGroupName}/things": (desk, request) => {
    const recursive = flag(request, "recursive");
    const things = desk.groups.thingsIn(param(request, "thingGroupName"), recursive);
    const { items, nextToken } = page(things, request);
    return { things: items, nextToken };
  },
  "GET /things/{thingName}/thing-groups": (desk, request) => {
    const { thingName } = desk.things.get(param(request, "thingName"));
    const { items, nextToken } = page(desk.groups.groupsOf(thingName), request);
    return { thingGroups: items.map(formatGroup), nextToken };
  },
  "PUT /thing-groups/addThingToThingGroup": (desk, request) => {
    desk.joinGroup(...membershipOf(request));
    return {};
  },
  "PUT /thing-groups/removeThingFromThingGroup": (desk, request) => {
    desk.leaveGroup(...membershipOf(request));
    return {};
  },
});

/** Group and thing, each by its name or its ARN. */
function membershipOf(request: ApiRequest): [group: string, thing: string] {
  const either = (name: string, arn: string): string => {
    const { body } = request;
    if (body[name] !== undefined) return nameField(request, name);
    return parseArn(nameField(request, arn))?.name ?? "";
  };
  return [either("thingGroupName", "thingGroupArn"), either("thingName", "thingArn")];
}

function isListed({ query }: ApiRequest): (group: ThingGroup) => boolean {
  const parent = query.get("parentGroup");
  const prefix = query.get("namePrefixFilter") ?? "";
  return group =>
    group.thingGroupName.startsWith(prefix) &&
    (parent === null || group.parentGroupName === parent);
}

function formatGroup(name: string): object {
  return { groupName: name, groupArn: arnOf(name) };
}

function arnOf(name: string): string {
  return formatArn(`thinggroup/${name}`);
}
