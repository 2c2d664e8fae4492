// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import { formatArn } from "../registry/arn.js";
import { needResource } from "../store/resource.js";
import type { Store } from "../store/store.js";
import type { Table } from "../store/table.js";
import { certificateIdOf } from "./authority.js";

/** Source: API reference, CertificateStatus, less those of certificates under transfer. */
const statuses = Object.freeze(["ACTIVE", "INACTIVE", "REVOKED"] as const);
export type CertificateStatus = (typeof statuses)[number];

/** A certificate as it is kept. Times are in ms since the epoch. */
export interface Certificate {
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly status: CertificateStatus;
  readonly createdAt: number;
  readonly lastModifiedAt: number;
}

interface Attachment {
  /** The ARN of a certificate. */
  readonly principal: string;
  readonly thing: string;
}

/** Certificates of devices, and the things that they are attached to. */
export class Certificates {
  readonly #certificates: Table<Certificate>;
  readonly #attachments: Table<Attachment>;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#certificates = store.table("certificates");
    this.#attachments = store.table("principals", {
      principal: a => a.principal,
      thing: a => a.thing,
    });
    this.#now = now;
  }

  add(certificatePem: string, status: CertificateStatus): Certificate {
    const certificateId = certificateIdOf(certificatePem);
    const now = this.#now();
    const times = { createdAt: now, lastModifiedAt: now };
    const certificate = { certificateId, certificatePem, status, ...times };
    this.#certificates.put(certificateId, certificate);
    return certificate;
  }

  /** @throws IotError "ResourceNotFound". */
  get(certificateId: string): Certificate {
    return needResource(this.#certificates, "Certificate", certificateId);
  }

  isActive(certificateId: string): boolean {
    return this.#certificates.get(certificateId)?.status === "ACTIVE";
  }

  list(): Certificate[] {
    return this.#certificates.values();
  }

  /** @throws IotError "ResourceNotFound", "InvalidRequest". */
  setStatus(certificateId: string, status: string): void {
    const known = statuses.find(name => name === status);
    if (known === undefined) throw new IotError("InvalidRequest", `newStatus: not valid`);
    const old = this.get(certificateId);
    this.#certificates.put(certificateId, { ...old, status: known, lastModifiedAt: this.#now() });
  }

  /** @throws IotError "ResourceNotFound", "CertificateState" while ACTIVE, "DeleteConflict" while attached. */
  delete(certificateId: string): void {
    if (this.get(certificateId).status === "ACTIVE") {
      throw new IotError("CertificateState", `Certificate ${certificateId} is ACTIVE`);
    }
    const things = this.thingsOf(certificateArn(certificateId));
    if (things.length > 0) {
      throw new IotError("DeleteConflict", `It is attached to ${things.join(", ")}`);
    }
    this.#certificates.delete(certificateId);
  }

  /** @throws IotError "ResourceNotFound" when there is no such certificate. */
  attach(principal: string, thing: string): void {
    this.get(certificateIdIn(principal));
    this.#attachments.put(`${principal} ${thing}`, { principal, thing });
  }

  /** Harmless when they are not attached. */
  detach(principal: string, thing: string): void {
    this.#attachments.delete(`${principal} ${thing}`);
  }

  thingsOf(principal: string): string[] {
    return this.#attachments.by("principal", principal).map(a => a.thing);
  }

  principalsOf(thing: string): string[] {
    return this.#attachments.by("thing", thing).map(a => a.principal);
  }
}

export function certificateArn(certificateId: string): string {
  return formatArn(`cert/${certificateId}`);
}

function certificateIdIn(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
