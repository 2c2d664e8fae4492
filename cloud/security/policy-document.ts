// SPDX-License-Identifier: MIT
import { z } from "zod";
import { IotError } from "../errors.js";

/*
 * AWS IoT policy documents: what they hold and what they decide.
 * Source: AWS IoT developer guide, "AWS IoT Core policies", "policy variables" and "policy actions".
 */

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform(v => [v].flat());
const condition = z.record(z.string(), z.record(z.string(), oneOrMore));

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: condition.optional(),
});

const document = z.strictObject({
  Version: z.enum(["2012-10-17", "2008-10-17"]).optional(),
  Id: z.string().optional(),
  Statement: z.union([statement, z.array(statement)]).transform(v => [v].flat()),
});

type Statement = z.infer<typeof statement>;
export type PolicyDocument = z.infer<typeof document>;

export type PolicyAction =
  | `iot:${"Connect" | "Publish" | "Subscribe" | "Receive"}`
  | `iotjobsdata:${"GetPendingJobExecutions" | "StartNextPendingJobExecution" | "DescribeJobExecution" | "UpdateJobExecution"}`;

/** Who asks, as the variables of a policy know it. */
export interface PolicyContext {
  readonly clientId: string;
  /** The thing that the client id names, `undefined` unless the certificate is attached to it. */
  readonly thingName: string | undefined;
  /** Whether the certificate is attached to that thing. */
  readonly isAttached: boolean;
}

/**
 * Reads a policy.
 * @throws IotError "MalformedPolicy" that names the fault.
 */
export function parsePolicy(text: string): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new IotError("MalformedPolicy", "The policy is not JSON");
  }
  const read = document.safeParse(value);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new IotError("MalformedPolicy", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

/**
 * Whether policies allow an action on a resource ("topic/a/b", "topicfilter/a/#", "client/x").
 * What no statement allows is denied, and what any statement denies too.
 */
export function isAllowed(
  policies: readonly PolicyDocument[],
  action: PolicyAction,
  resource: string,
  context: PolicyContext,
): boolean {
  const statements = policies
    .flatMap(policy => policy.Statement)
    .filter(s => matchesAction(s, action) && matchesResource(s, resource, context));
  const meant = statements.filter(s => matchesCondition(s, context));
  return meant.some(s => s.Effect === "Allow") && !meant.some(s => s.Effect === "Deny");
}

function matchesAction({ Action }: Statement, action: PolicyAction): boolean {
  return Action.some(pattern => pattern === "*" || wildcard(pattern).test(action));
}

function matchesResource(
  { Resource }: Statement,
  resource: string,
  context: PolicyContext,
): boolean {
  return Resource.some(pattern => {
    if (pattern === "*") return true;
    const name = /^arn:[^:]*:iot:[^:]*:[^:]*:(.*)$/s.exec(pattern)?.[1];
    const filled = name === undefined ? undefined : fill(name, context);
    return filled !== undefined && wildcard(filled).test(resource);
  });
}

type Test = (wanted: readonly string[], actual: string | undefined) => boolean;

const isAny: Test = (wanted, actual) => actual !== undefined && wanted.includes(actual);
const isLikeAny: Test = (wanted, actual) =>
  actual !== undefined && wanted.some(pattern => wildcard(pattern).test(actual));

const conditions: ReadonlyMap<string, Test> = new Map([
  ["Bool", isAny],
  ["StringEquals", isAny],
  ["StringNotEquals", (wanted, actual) => !isAny(wanted, actual)],
  ["StringLike", isLikeAny],
]);

/** A condition that is not known never lets through, and never keeps a Deny from counting. */
function matchesCondition({ Condition = {}, Effect }: Statement, context: PolicyContext): boolean {
  const variables = variablesOf(context);
  return Object.entries(Condition).every(([operator, keys]) => {
    const test = conditions.get(operator);
    if (test === undefined) return Effect === "Deny";
    return Object.entries(keys).every(([key, wanted]) => {
      const filled = wanted.map(text => fill(text, context)).filter(text => text !== undefined);
      return test(filled, variables.get(key));
    });
  });
}

function variablesOf(context: PolicyContext): ReadonlyMap<string, string | undefined> {
  return new Map([
    ["iot:ClientId", context.clientId],
    ["iot:Connection.Thing.ThingName", context.thingName],
    ["iot:Connection.Thing.IsAttached", String(context.isAttached)],
  ]);
}

/**
 * Text with its variables filled in; a value's own wildcards stand for themselves.
 * @returns `undefined` when a variable has no value: then the text matches nothing.
 */
function fill(text: string, context: PolicyContext): string | undefined {
  const variables = variablesOf(context);
  const names = [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = ""]) => name);
  if (names.some(name => variables.get(name) === undefined)) return undefined;
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) =>
    (variables.get(name) ?? "").replace(/[*?]/g, "\\$&"),
  );
}

/** "*" stands for any text and "?" for one character; after a backslash they stand for themselves. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\[*?]|[.+^${}()|[\]\\*?]/g, c => {
    if (c === "*") return ".*";
    return c === "?" ? "." : c.length === 2 ? c : `\\${c}`;
  });
  return new RegExp(`^${source}$`, "s");
}
