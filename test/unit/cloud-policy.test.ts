// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, parsePolicy, type PolicyContext } from "xs-ota/cloud/security/policy-document";

/*
 * Rules: AWS IoT developer guide, "AWS IoT Core policies" and "Using wildcard characters in MQTT and
 * AWS IoT Core policies".
 */
const context: PolicyContext = { clientId: "t1", thingName: "t1", isAttached: true };

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: object;
}

function allows(
  statements: Statement[],
  resource: string,
  more: Partial<PolicyContext> = {},
): boolean {
  const Statement = statements.map(s => ({
    ...{ Effect: "Allow", Action: "iot:Publish", Resource: "*" },
    ...s,
  }));
  const policy = parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement }));
  return isAllowed([policy], "iot:Publish", resource, { ...context, ...more });
}

const topic = (name: string): string => `arn:aws:iot:us-east-1:123456789012:topic/${name}`;

// prettier-ignore
const rows: readonly [name: string, statements: Statement[], resource: string, allowed: boolean][] = [
  ["what is not allowed is denied",          [],                                          "topic/a",     false],
  ["an allowed topic is allowed",            [{ Resource: topic("a") }],                  "topic/a",     true],
  ["another topic is not",                   [{ Resource: topic("a") }],                  "topic/ab",    false],
  ["another action is not",                  [{ Action: "iot:Receive" }],                 "topic/a",     false],
  ["an action may be a pattern",             [{ Action: "iot:*" }],                       "topic/a",     true],
  ["* stands for any text, slashes too",     [{ Resource: topic("a/*") }],                "topic/a/b/c", true],
  ["? stands for one character",             [{ Resource: topic("a?") }],                 "topic/ab",    true],
  ["? stands for no more",                   [{ Resource: topic("a?") }],                 "topic/abc",   false],
  ["# and + are plain characters",           [{ Resource: topic("a/#") }],                "topic/a/b",   false],
  ["a dot is a plain character",             [{ Resource: topic("a.b") }],                "topic/axb",   false],
  ["a deny wins over an allow",              [{}, { Effect: "Deny", Resource: topic("a") }], "topic/a",  false],
  ["a deny is for its resource only",        [{}, { Effect: "Deny", Resource: topic("b") }], "topic/a",  true],
  ["a topicfilter is no topic",              [{ Resource: topic("a").replace("topic/", "topicfilter/") }], "topic/a", false],
];

for (const [name, statements, resource, allowed] of rows) {
  test(name, () => assert.equal(allows(statements, resource), allowed));
}

test("variables stand for the client and its thing", () => {
  const own = [{ Resource: topic("${iot:Connection.Thing.ThingName}/${iot:ClientId}") }];
  assert.equal(allows(own, "topic/t1/t1"), true);
  assert.equal(allows(own, "topic/t2/t1"), false);
});

test("a variable without a value matches nothing", () => {
  const own = [{ Resource: topic("${iot:Connection.Thing.ThingName}*") }];
  assert.equal(allows(own, "topic/t1", { thingName: undefined }), false);
  assert.equal(allows([{ Resource: topic("${aws:Mystery}*") }], "topic/a"), false);
});

test("a variable whose name objects inherit has no value either", () => {
  assert.equal(allows([{ Resource: topic("${constructor}*") }], "topic/a"), false);
});

test("a client id that looks like a pattern is not one", () => {
  const own = [{ Resource: topic("${iot:ClientId}/x") }];
  assert.equal(allows(own, "topic/other/x", { clientId: "*" }), false);
  assert.equal(allows(own, "topic/*/x", { clientId: "*" }), true);
});

test("conditions bind, and an unknown one lets nothing through", () => {
  const attached = { Bool: { "iot:Connection.Thing.IsAttached": ["true"] } };
  assert.equal(allows([{ Condition: attached }], "topic/a"), true);
  assert.equal(allows([{ Condition: attached }], "topic/a", { isAttached: false }), false);
  const unknown = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
  assert.equal(allows([{ Condition: unknown }], "topic/a"), false);
  assert.equal(allows([{}, { Effect: "Deny", Condition: unknown }], "topic/a"), false);
});

test("a condition whose name objects inherit is unknown", () => {
  const inherited = { constructor: { "iot:ClientId": "t1" } };
  assert.equal(allows([{ Condition: inherited }], "topic/a"), false);
});

for (const [name, text] of [
  ["text that is no JSON", "{"],
  ["an unknown effect", '{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}'],
  ["a statement without a resource", '{"Statement":{"Effect":"Allow","Action":"*"}}'],
  ["NotAction", '{"Statement":{"Effect":"Allow","NotAction":"iot:Publish","Resource":"*"}}'],
] as const) {
  test(`${name} is a malformed policy`, () => {
    assert.throws(() => parsePolicy(text), { code: "MalformedPolicy" });
  });
}
