// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { Machine } from "xs-ota/agent/machine";
import { type Actions, type OtaEventId, type OtaState, type Row, table } from "xs-ota/agent/table";
import { OtaError } from "xs-ota/pal/error";

/** Actions that write down their names; `fails` throws. */
function recorder(ran: string[], fails?: keyof Actions): Actions {
  return new Proxy({} as Actions, {
    get: (_, name) => () => {
      ran.push(String(name));
      if (name === fails) throw new OtaError("flash-failed", "on purpose");
    },
  });
}

const rowFor = (state: OtaState, on: OtaEventId): Row | undefined =>
  table.find(row => row.on === on && (row.from === state || row.from === "All"));

test("no row hides behind an earlier one", () => {
  for (const [at, row] of table.entries()) {
    const first = table.findIndex(
      r => r.on === row.on && (r.from === row.from || r.from === "All"),
    );
    assert.equal(first, at, `${row.from} on ${row.on}`);
  }
});

test("every state that has rows can be reached", () => {
  const reached = new Set<OtaState | "All">(["Init", "All", ...table.map(row => row.to)]);
  for (const { from } of table) assert.ok(reached.has(from), from);
});

test("every state but Stopped can be left, and two Shutdowns lead from each to Stopped", () => {
  const states = new Set(table.flatMap(({ from, to }) => (from === "All" ? [to] : [from, to])));
  for (const state of states) {
    const next = rowFor(state, "Shutdown")?.to ?? state;
    assert.equal(rowFor(next, "Shutdown")?.to, "Stopped", state);
  }
});

test("every state in which an action can fail has a row for the failure", () => {
  const harmless = new Set(["Init", "Suspended", "ShuttingDown", "Stopped", "All"]);
  for (const { from } of table) {
    const row = table.find(r => r.from === from && r.on === "Failed");
    assert.ok(harmless.has(from) || row !== undefined, from);
  }
});

test("events that an action raises wait until it is done", () => {
  const ran: string[] = [];
  const states: OtaState[] = [];
  const actions: Actions = {
    ...recorder(ran),
    prepare: () => {
      machine.signal("Start");
      ran.push("prepare");
    },
    start: () => {
      ran.push("start");
    },
  };
  const machine: Machine = new Machine(actions, (_, to) => states.push(to));
  machine.signal("Start");
  assert.deepEqual(ran, ["prepare", "start"]);
  assert.deepEqual(states, ["Ready", "RequestingJob"]);
});

test("an action that fails ends in a row, not in a stuck state", () => {
  const ran: string[] = [];
  const machine = new Machine(recorder(ran, "requestJob"), () => undefined);
  machine.signal("Start");
  machine.signal("Start");
  machine.signal("RequestJobDocument");
  assert.deepEqual(ran, ["prepare", "start", "requestJob", "retryRequestJob"]);
  assert.equal(machine.state, "RequestingJob");
});

test("an event without a row is counted and changes nothing", () => {
  const ran: string[] = [];
  const machine = new Machine(recorder(ran), () => undefined);
  machine.signal("CloseFile");
  assert.deepEqual(ran, []);
  assert.equal(machine.ignored, 1);
  assert.equal(machine.state, "Init");
});

test("an error that is not OtaError is a bug, and passes through", () => {
  const actions: Actions = {
    ...recorder([]),
    prepare: () => {
      throw new TypeError("bug");
    },
  };
  const machine = new Machine(actions, () => undefined);
  assert.throws(() => machine.signal("Start"), TypeError);
  assert.equal(machine.state, "Init");
});

test("what an action puts off until afterwards finds the new state", () => {
  const found: OtaState[] = [];
  const actions: Actions = {
    ...recorder([]),
    prepare: () => {
      machine.afterwards(() => found.push(machine.state));
    },
  };
  const machine: Machine = new Machine(actions, () => undefined);
  machine.signal("Start");
  assert.deepEqual(found, ["Ready"]);
});

const events = [...new Set(table.map(({ on }) => on))];

/** Events that lead from Init to each state, by the table alone. */
function pathsFromInit(): ReadonlyMap<OtaState, readonly OtaEventId[]> {
  const paths = new Map<OtaState, readonly OtaEventId[]>([["Init", []]]);
  for (const [state, path] of paths) {
    for (const on of events) {
      const to = rowFor(state, on)?.to;
      if (to !== undefined && !paths.has(to)) paths.set(to, [...path, on]);
    }
  }
  return paths;
}

type Signal = (on: OtaEventId, data?: unknown) => void;

/** A machine in the state that `path` leads to, what it has run since, and its way in. */
function machineAt(path: readonly OtaEventId[]): {
  machine: Machine;
  ran: string[];
  signal: Signal;
} {
  const ran: string[] = [];
  const machine = new Machine(recorder(ran), () => undefined);
  const signal = machine.signal.bind(machine) as Signal;
  for (const step of path) signal(step);
  ran.length = 0;
  return { machine, ran, signal };
}

/** @returns whether there is a row. */
function checkPair(state: OtaState, path: readonly OtaEventId[], on: OtaEventId): boolean {
  const { machine, ran, signal } = machineAt(path);
  assert.equal(machine.state, state);
  signal(on);
  const row = rowFor(state, on);
  const wanted = row === undefined ? [state, [], 1] : [row.to, [row.run], 0];
  assert.deepEqual([machine.state, ran, machine.ignored], wanted, `${state} on ${on}`);
  return row !== undefined;
}

test("every event in every state does what its row says, or is counted and changes nothing", () => {
  const outcomes = [...pathsFromInit()].flatMap(([state, path]) =>
    events.map(on => checkPair(state, path, on)),
  );
  const rows = outcomes.filter(hasRow => hasRow).length;
  assert.ok(rows >= 60 && outcomes.length - rows > 80, `${rows} rows of ${outcomes.length} pairs`);
});
