// SPDX-License-Identifier: MIT
import { IotError } from "../errors.js";
import { type Certificate, certificateArn } from "../security/certificates.js";
import { type Policy, policyArn } from "../security/policies.js";
import { type ApiRequest, flag, nameField, page, param, type Routes, time } from "./routes.js";

/** Certificates and policies. Source: AWS IoT API reference, operations of these names. */
export const securityRoutes: Routes = Object.freeze({
  "POST /keys-and-certificate": async (desk, request) => {
    const { certificatePem, privateKeyPem, publicKeyPem } = await request.authority.issueDevice();
    const certificate = desk.run(() => desk.certificates.add(certificatePem, statusOf(request)));
    const keyPair = { PublicKey: publicKeyPem, PrivateKey: privateKeyPem };
    return { ...formatNew(certificate), keyPair };
  },
  "POST /certificates": async (desk, request) => {
    const pem = await request.authority.signRequest(
      nameField(request, "certificateSigningRequest"),
    );
    return formatNew(desk.run(() => desk.certificates.add(pem, statusOf(request))));
  },
  "GET /certificates": (desk, request) => {
    const { items, nextToken } = page(desk.certificates.list(), request);
    return { certificates: items.map(formatCertificate), nextMarker: nextToken };
  },
  "GET /certificates/{certificateId}": (desk, request) => {
    const certificate = desk.certificates.get(param(request, "certificateId"));
    const { certificatePem, lastModifiedAt } = certificate;
    const lastModifiedDate = time(lastModifiedAt);
    const description = { ...formatCertificate(certificate), certificatePem, lastModifiedDate };
    return { certificateDescription: description };
  },
  "PUT /certificates/{certificateId}": (desk, request) => {
    const newStatus = request.query.get("newStatus") ?? "";
    desk.certificates.setStatus(param(request, "certificateId"), newStatus);
    return {};
  },
  "DELETE /certificates/{certificateId}": (desk, request) => {
    const certificateId = param(request, "certificateId");
    const target = certificateArn(certificateId);
    const attached = desk.policies.attachedTo(target);
    if (attached.length > 0 && !flag(request, "forceDelete")) {
      throw new IotError("DeleteConflict", "The certificate has policies attached");
    }
    desk.certificates.delete(certificateId);
    for (const { policyName } of attached) desk.policies.detach(policyName, target);
    return {};
  },
  "PUT /things/{thingName}/principals": (desk, request) => {
    const { thingName } = desk.things.get(param(request, "thingName"));
    desk.certificates.attach(principalOf(request), thingName);
    return {};
  },
  "DELETE /things/{thingName}/principals": (desk, request) => {
    desk.certificates.detach(principalOf(request), param(request, "thingName"));
    return {};
  },
  "GET /things/{thingName}/principals": (desk, request) => {
    const { thingName } = desk.things.get(param(request, "thingName"));
    const { items, nextToken } = page(desk.certificates.principalsOf(thingName), request);
    return { principals: items, nextToken };
  },
  "GET /principals/things": (desk, request) => {
    const { items, nextToken } = page(desk.certificates.thingsOf(principalOf(request)), request);
    return { things: items, nextToken };
  },
  "POST /policies/{policyName}": (desk, request) => {
    const document = nameField(request, "policyDocument");
    const policy = desk.policies.create(param(request, "policyName"), document);
    return { ...formatPolicy(policy), policyDocument: document, policyVersionId: "1" };
  },
  "GET /policies": (desk, request) => {
    const { items, nextToken } = page(desk.policies.list(), request);
    return { policies: items.map(formatPolicy), nextMarker: nextToken };
  },
  "GET /policies/{policyName}": (desk, request) => {
    const policy = desk.policies.get(param(request, "policyName"));
    const { policyDocument, createdAt } = policy;
    const dates = { creationDate: time(createdAt), lastModifiedDate: time(createdAt) };
    return { ...formatPolicy(policy), policyDocument, defaultVersionId: "1", ...dates };
  },
  "DELETE /policies/{policyName}": (desk, request) => {
    desk.policies.delete(param(request, "policyName"));
    return {};
  },
  "PUT /target-policies/{policyName}": (desk, request) => {
    desk.policies.attach(param(request, "policyName"), nameField(request, "target"));
    return {};
  },
  "POST /target-policies/{policyName}": (desk, request) => {
    desk.policies.detach(param(request, "policyName"), nameField(request, "target"));
    return {};
  },
  "POST /attached-policies/{target}": (desk, request) => {
    const { items, nextToken } = page(desk.policies.attachedTo(param(request, "target")), request);
    return { policies: items.map(formatPolicy), nextMarker: nextToken };
  },
  "POST /policy-targets/{policyName}": (desk, request) => {
    const { policyName } = desk.policies.get(param(request, "policyName"));
    const { items, nextToken } = page(desk.policies.targetsOf(policyName), request);
    return { targets: items, nextMarker: nextToken };
  },
});

function statusOf(request: ApiRequest): "ACTIVE" | "INACTIVE" {
  return flag(request, "setAsActive") ? "ACTIVE" : "INACTIVE";
}

function principalOf({ headers }: ApiRequest): string {
  const principal = headers["x-amzn-principal"];
  if (principal !== undefined) return principal;
  throw new IotError("InvalidRequest", "principal is missing");
}

function formatNew(certificate: Certificate): object {
  const { certificateId, certificatePem } = certificate;
  return { certificateId, certificateArn: certificateArn(certificateId), certificatePem };
}

function formatCertificate({ certificateId, status, createdAt }: Certificate): object {
  const arn = certificateArn(certificateId);
  return { certificateId, certificateArn: arn, status, creationDate: time(createdAt) };
}

function formatPolicy({ policyName }: Policy): object {
  return { policyName, policyArn: policyArn(policyName) };
}
