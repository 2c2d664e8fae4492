// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskBench, START_MS } from "xs-ota/test/support/desk";

/*
 * Numbers: AWS IoT developer guide, "How job configurations work".
 */
const MINUTE = 60_000;
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `t${i}`);

function benchWith(things: number, more: object): DeskBench {
  const bench = new DeskBench();
  bench.createJob("j1", names(things), more);
  return bench;
}

const notified = ({ desk }: DeskBench): number => desk.jobs.executions.ofJob("j1").length;

/** How many things each of the first `minutes` minutes reached. */
function perMinute(bench: DeskBench, minutes: number, between = (): void => undefined): number[] {
  const rates = [notified(bench)];
  for (let minute = 1; minute < minutes; minute++) {
    const before = notified(bench);
    between();
    bench.pass(MINUTE);
    rates.push(notified(bench) - before);
  }
  return rates;
}

const end = (bench: DeskBench, thing: string, status: string): void =>
  void bench.ask(thing, "jobs/j1/update", { status });

test("a constant rate reaches that many things in each minute", () => {
  const bench = benchWith(25, { jobExecutionsRolloutConfig: { maximumPerMinute: 10 } });
  assert.deepEqual(perMinute(bench, 4), [10, 10, 5, 0]);
});

test("without a rate a job reaches 1,000 things a minute", () => {
  assert.deepEqual(perMinute(benchWith(1500, {}), 2), [1000, 500]);
});

test("AWS's example: 50 a minute, doubled with every 1,000 notified", () => {
  const exponentialRate = {
    baseRatePerMinute: 50,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfNotifiedThings: 1000 },
  };
  const bench = benchWith(4000, { jobExecutionsRolloutConfig: { exponentialRate } });
  const rates = perMinute(bench, 38);
  assert.deepEqual(rates, [
    ...Array<number>(20).fill(50),
    ...Array<number>(10).fill(100),
    ...Array<number>(5).fill(200),
    ...[400, 400, 200],
  ]);
});

test("an exponential rate may wait for successes, and maximumPerMinute caps it", () => {
  const exponentialRate = {
    baseRatePerMinute: 4,
    incrementFactor: 1.5,
    rateIncreaseCriteria: { numberOfSucceededThings: 4 },
  };
  const config = { exponentialRate, maximumPerMinute: 8 };
  const bench = benchWith(100, { jobExecutionsRolloutConfig: config });
  assert.deepEqual(perMinute(bench, 3), [4, 4, 4], "nobody succeeded");
  const succeed = (): void => {
    const queued = bench.desk.jobs.executions.ofJob("j1").filter(e => e.status === "QUEUED");
    for (const { thingName } of queued.slice(0, 4)) end(bench, thingName, "SUCCEEDED");
  };
  const next = perMinute(bench, 4, succeed).slice(1);
  assert.deepEqual(next, [6, 8, 8], "4 × 1.5, then 4 × 1.5² = 9 and more, capped");
});

const abortOn = (criteria: object): object => ({
  abortConfig: {
    criteriaList: [
      { failureType: "FAILED", action: "CANCEL", minNumberOfExecutedThings: 5, ...criteria },
    ],
  },
});

test("a job aborts when the share of failures is reached, not before", () => {
  const bench = benchWith(10, abortOn({ thresholdPercentage: 20 }));
  end(bench, "t0", "FAILED");
  end(bench, "t1", "REJECTED");
  bench.ask("t2", "jobs/j1/update", { status: "IN_PROGRESS" });
  assert.equal(bench.desk.jobs.get("j1").status, "IN_PROGRESS", "10 % failed");
  end(bench, "t3", "FAILED");
  const { status, reasonCode } = bench.desk.jobs.get("j1");
  assert.deepEqual([status, reasonCode], ["CANCELED", "ABORT_CRITERIA_MET"]);
  const { CANCELED, IN_PROGRESS } = bench.desk.jobs.executions.countsOf("j1");
  assert.deepEqual([CANCELED, IN_PROGRESS], [6, 1], "who had begun goes on");
});

test("an abort waits for enough things", () => {
  const rollout = { jobExecutionsRolloutConfig: { maximumPerMinute: 4 } };
  const bench = benchWith(8, { ...rollout, ...abortOn({ thresholdPercentage: 10 }) });
  for (const thing of ["t0", "t1", "t2", "t3"]) end(bench, thing, "FAILED");
  assert.equal(bench.desk.jobs.get("j1").status, "IN_PROGRESS", "4 of 5 things");
  bench.pass(MINUTE);
  end(bench, "t4", "FAILED");
  assert.equal(bench.desk.jobs.get("j1").status, "CANCELED");
});

test("criteria on ALL count every kind of failure", () => {
  const bench = benchWith(5, abortOn({ failureType: "ALL", thresholdPercentage: 40 }));
  end(bench, "t0", "FAILED");
  end(bench, "t1", "REJECTED");
  assert.equal(bench.desk.jobs.get("j1").status, "CANCELED");
});

test("FAILED and TIMED_OUT are retried as often as their criteria say, REJECTED never", () => {
  const bench = benchWith(3, {
    timeoutConfig: { inProgressTimeoutInMinutes: 1 },
    jobExecutionsRetryConfig: {
      criteriaList: [
        { failureType: "FAILED", numberOfRetries: 2 },
        { failureType: "TIMED_OUT", numberOfRetries: 1 },
      ],
    },
  });
  const attempts = (thing: string): string[] =>
    bench.desk.jobs.executions.ofThing(thing).map(e => e.status);
  for (let i = 0; i < 3; i++) end(bench, "t0", "FAILED");
  assert.deepEqual(attempts("t0"), ["FAILED", "FAILED", "FAILED"]);
  end(bench, "t1", "REJECTED");
  assert.deepEqual(attempts("t1"), ["REJECTED"]);
  for (let i = 0; i < 2; i++) {
    bench.ask("t2", "jobs/j1/update", { status: "IN_PROGRESS" });
    bench.pass(MINUTE);
  }
  assert.deepEqual(attempts("t2"), ["TIMED_OUT", "TIMED_OUT"]);
  assert.equal(bench.desk.jobs.get("j1").status, "COMPLETED");
});

test("a retry is a new execution, and its device is told", () => {
  const criteriaList = [{ failureType: "FAILED", numberOfRetries: 1 }];
  const bench = benchWith(1, { jobExecutionsRetryConfig: { criteriaList } });
  const sent = bench.ask("t0", "jobs/j1/update", { status: "FAILED" });
  const next = sent.filter(([topic]) => topic === "jobs/notify-next").at(-1)?.[1]["execution"];
  const { executionNumber, status, versionNumber } = next as Record<string, unknown>;
  assert.deepEqual([executionNumber, status, versionNumber], [2, "QUEUED", 1]);
});

const at = (minutes: number): string =>
  new Date(START_MS + minutes * MINUTE).toISOString().slice(0, 16);

test("a scheduled job waits for its start", () => {
  const bench = benchWith(2, { schedulingConfig: { startTime: at(60) } });
  assert.deepEqual([bench.desk.jobs.get("j1").status, notified(bench)], ["SCHEDULED", 0]);
  bench.pass(60 * MINUTE - 1);
  assert.equal(notified(bench), 0);
  bench.pass(1);
  assert.deepEqual([bench.desk.jobs.get("j1").status, notified(bench)], ["IN_PROGRESS", 2]);
});

// prettier-ignore
const endings: readonly [behavior: string, queued: string, begun: string, job: string][] = [
  ["STOP_ROLLOUT", "QUEUED",   "IN_PROGRESS", "IN_PROGRESS"],
  ["CANCEL",       "CANCELED", "IN_PROGRESS", "CANCELED"],
  ["FORCE_CANCEL", "CANCELED", "CANCELED",    "CANCELED"],
];

for (const [endBehavior, queued, begun, job] of endings) {
  test(`at its end a schedule with ${endBehavior} leaves the job ${job}`, () => {
    const bench = benchWith(3, {
      schedulingConfig: { startTime: at(60), endTime: at(90), endBehavior },
      jobExecutionsRolloutConfig: { maximumPerMinute: 2 },
    });
    bench.pass(60 * MINUTE);
    bench.ask("t0", "jobs/j1/update", { status: "IN_PROGRESS" });
    const statusOf = (thing: string): string | undefined =>
      bench.desk.jobs.executions.find(thing, "j1")?.status;
    bench.pass(30 * MINUTE);
    assert.deepEqual(
      [statusOf("t1"), statusOf("t0"), bench.desk.jobs.get("j1").status],
      [queued, begun, job],
    );
  });
}

test("a forced cancel ends what is in progress and tells the device", () => {
  const bench = benchWith(1, {});
  bench.ask("t0", "jobs/j1/update", { status: "IN_PROGRESS" });
  bench.desk.run(({ jobs }) => jobs.cancel("j1", { force: true }));
  assert.deepEqual(
    bench.take("$aws/things/t0/jobs/").map(([topic, message]) => [topic, message["execution"]]),
    [
      ["notify", undefined],
      ["notify-next", {}],
    ],
  );
  const [[, reply] = []] = bench.ask("t0", "jobs/j1/update", { status: "SUCCEEDED" });
  assert.equal(reply?.["code"], "InvalidStateTransition");
});
