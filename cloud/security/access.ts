// SPDX-License-Identifier: MIT
import { formatArn } from "../registry/arn.js";
import type { ThingGroups } from "../registry/groups.js";
import { certificateArn, type Certificates } from "./certificates.js";
import type { Policies } from "./policies.js";
import { isAllowed, type PolicyAction } from "./policy-document.js";

/** Who a connection is: by the certificate it showed, or without one on the loopback. */
export interface Principal {
  readonly clientId: string;
  /** `undefined` on a plain connection. */
  readonly certificateId: string | undefined;
}

/** Decides what a connection may do, by the policies of its certificate and of its thing's groups. */
export class AccessControl {
  readonly #groups: ThingGroups;
  readonly #certificates: Certificates;
  readonly #policies: Policies;

  constructor(desk: {
    readonly groups: ThingGroups;
    readonly certificates: Certificates;
    readonly policies: Policies;
  }) {
    this.#groups = desk.groups;
    this.#certificates = desk.certificates;
    this.#policies = desk.policies;
  }

  /** @param resource "client/<id>", "topic/<name>" or "topicfilter/<filter>". */
  allows(principal: Principal, action: PolicyAction, resource: string): boolean {
    const { clientId, certificateId } = principal;
    if (certificateId === undefined) return allowsPlain(clientId, resource);
    const arn = certificateArn(certificateId);
    if (!this.#certificates.isActive(certificateId)) return false;
    const things = this.#certificates.thingsOf(arn);
    const groups = things
      .flatMap(thing => this.#groups.groupsOf(thing))
      .flatMap(group => this.#groups.lineage(group))
      .map(group => formatArn(`thinggroup/${group}`));
    const isAttached = things.includes(clientId);
    const context = { clientId, thingName: isAttached ? clientId : undefined, isAttached };
    return isAllowed(this.#policies.documentsFor([arn, ...groups]), action, resource, context);
  }
}

/** Without a certificate a client may do all that its own thing may, and speak on free topics. */
function allowsPlain(clientId: string, resource: string): boolean {
  const [, root, kind, name] = resource.split("/");
  return root !== "$aws" || (kind === "things" && name === clientId);
}
