// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobSettings, parseAbort, parseRamp, parseRetry, parseTime } from "xs-ota/cli/job-settings";

test("options that are not given leave AWS's defaults alone", () => {
  assert.deepEqual(jobSettings({}), {});
});

test("a rate is the rollout's maximum", () => {
  assert.deepEqual(jobSettings({ rate: 10 }), {
    jobExecutionsRolloutConfig: { maximumPerMinute: 10, exponentialRate: undefined },
  });
});

test("a ramp is an exponential rollout", () => {
  // AWS IoT developer guide, "Job rollout": 50 a minute, doubled after each 1000 that succeeded
  assert.deepEqual(parseRamp("50,2,succeeded:1000"), {
    baseRatePerMinute: 50,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfSucceededThings: 1000 },
  });
  assert.deepEqual(parseRamp("1,1.5,notified:10").rateIncreaseCriteria, {
    numberOfNotifiedThings: 10,
  });
});

test("abort and retry rules add up", () => {
  const abort = parseAbort("all:5.25:20", parseAbort("timed_out:1:1"));
  assert.deepEqual(jobSettings({ abort, retry: parseRetry("failed:3") }), {
    abortConfig: {
      criteriaList: [
        {
          failureType: "TIMED_OUT",
          action: "CANCEL",
          thresholdPercentage: 1,
          minNumberOfExecutedThings: 1,
        },
        {
          failureType: "ALL",
          action: "CANCEL",
          thresholdPercentage: 5.25,
          minNumberOfExecutedThings: 20,
        },
      ],
    },
    jobExecutionsRetryConfig: { criteriaList: [{ failureType: "FAILED", numberOfRetries: 3 }] },
  });
});

test("rules out of AWS's ranges are refused with an example", () => {
  for (const text of ["", "0,2,notified:1", "50,1,notified:1", "50,5.5,notified:1", "50,2,all:1"]) {
    assert.throws(() => parseRamp(text), /50,2,succeeded:1000/, text);
  }
  for (const text of ["failed", "failed:0:1", "failed:101:1", "failed:5:0", "removed:5:1"]) {
    assert.throws(() => parseAbort(text), /failed:20:100/, text);
  }
  for (const text of ["failed:11", "rejected:1", "failed"]) {
    assert.throws(() => parseRetry(text), /failed:3/, text);
  }
});

test("a schedule is CreateJob's", () => {
  const times = { start: parseTime("2026-12-01T22:00"), end: parseTime("2026-12-02T04:00") };
  assert.deepEqual(jobSettings({ ...times, endBehavior: "force-cancel" }), {
    schedulingConfig: {
      startTime: "2026-12-01T22:00",
      endTime: "2026-12-02T04:00",
      endBehavior: "FORCE_CANCEL",
    },
  });
});

test("an end needs a start, an end behaviour an end, and a time is one", () => {
  assert.throws(() => jobSettings({ end: "2026-12-02T04:00" }), /--end needs --start/);
  const start = "2026-12-01T22:00";
  assert.throws(() => jobSettings({ start, endBehavior: "cancel" }), /--end-behavior needs --end/);
  for (const text of ["tomorrow", "2026-12-01", "2026-13-01T00:00", "2026-12-01T22:00Z"]) {
    assert.throws(() => parseTime(text), /in UTC/, text);
  }
});
