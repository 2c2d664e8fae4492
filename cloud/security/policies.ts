// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import { formatArn } from "../registry/arn.js";
import { needNone, needResource } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import { parsePolicy, type PolicyDocument } from "./policy-document.js";

/** A policy as it is kept. Times are in ms since the epoch. */
export interface Policy {
  readonly policyName: string;
  readonly policyDocument: string;
  readonly createdAt: number;
}

interface PolicyTarget {
  readonly policyName: string;
  /** The ARN of a certificate or a thing group. */
  readonly target: string;
}

/** AWS IoT policies, and what they are attached to. One version each. */
export class Policies {
  readonly #policies: Table<Policy>;
  readonly #targets: Table<PolicyTarget>;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#policies = store.table("policies");
    this.#targets = store.table("policy-targets", {
      policy: t => t.policyName,
      target: t => t.target,
    });
    this.#now = now;
  }

  /** @throws IotError "InvalidRequest", "MalformedPolicy", "ResourceAlreadyExists". */
  create(policyName: string, policyDocument: string): Policy {
    if (!/^[\w+=,.@-]{1,128}$/.test(policyName)) {
      throw new IotError("InvalidRequest", "policyName: 1 to 128 of [A-Za-z0-9_+=,.@-]");
    }
    parsePolicy(policyDocument);
    needNone(this.#policies, "Policy", policyName);
    const policy = { policyName, policyDocument, createdAt: this.#now() };
    this.#policies.put(policyName, policy);
    return policy;
  }

  /** @throws IotError "ResourceNotFound". */
  get(policyName: string): Policy {
    return needResource(this.#policies, "Policy", policyName);
  }

  list(): Policy[] {
    return this.#policies.values();
  }

  /** @throws IotError "ResourceNotFound", "DeleteConflict" while it is attached. */
  delete(policyName: string): void {
    this.get(policyName);
    if (this.targetsOf(policyName).length > 0) {
      throw new IotError("DeleteConflict", `Policy ${policyName} is attached`);
    }
    this.#policies.delete(policyName);
  }

  /** @throws IotError "ResourceNotFound". */
  attach(policyName: string, target: string): void {
    this.get(policyName);
    this.#targets.put(`${policyName} ${target}`, { policyName, target });
  }

  /** Harmless when it is not attached. */
  detach(policyName: string, target: string): void {
    this.#targets.delete(`${policyName} ${target}`);
  }

  targetsOf(policyName: string): string[] {
    return this.#targets.by("policy", policyName).map(t => t.target);
  }

  attachedTo(target: string): Policy[] {
    return this.#targets.by("target", target).map(t => this.get(t.policyName));
  }

  /** The documents that count for any of `targets`. */
  documentsFor(targets: readonly string[]): PolicyDocument[] {
    const policies = targets.flatMap(target => this.attachedTo(target));
    return policies.map(policy => parsePolicy(policy.policyDocument));
  }
}

export function policyArn(policyName: string): string {
  return formatArn(`policy/${policyName}`);
}
