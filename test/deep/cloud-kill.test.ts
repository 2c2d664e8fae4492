// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import {
  CreateJobCommand,
  CreateThingCommand,
  IoTClient,
  ListJobsCommand,
} from "@aws-sdk/client-iot";
import { control } from "xs-ota/test/support/control";
import { type Announcement, CloudProcess } from "xs-ota/test/support/cloud-process";
import { thingArn } from "xs-ota/test/support/desk";
import { temporaryFolder } from "xs-ota/test/support/files";
import { MqttClient } from "xs-ota/test/support/mqtt";

const KILLS = 20;
/** Until what was prepared is stored, even by the cloud of the control. */
const SETTLED_MS = 500;
const things = Array.from({ length: 10 }, (_, i) => `t${i}`);

interface Execution {
  readonly versionNumber: number;
  readonly statusDetails: Readonly<Record<string, string>>;
}

/** A device that reports step after step, and knows what the cloud accepted. */
class Reporter {
  readonly #thing: string;
  /** The last step that was accepted, and its version. */
  accepted = 0;

  constructor(thing: string) {
    this.#thing = thing;
  }

  /** Reports until the connection is gone. */
  async report({ plainMqtt }: Announcement): Promise<void> {
    const client = await MqttClient.connect(plainMqtt, this.#thing);
    try {
      for (;;) {
        const step = this.accepted + 1;
        const update = { status: "IN_PROGRESS", statusDetails: { step: String(step) } };
        client.publish(`$aws/things/${this.#thing}/jobs/job-0/update`, JSON.stringify(update));
        const { topic } = await client.message();
        assert.ok(topic.endsWith("/update/accepted"), topic);
        this.accepted = step;
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
  }

  /** What of the cloud's state is not what it accepted, or the one report whose reply was lost; nothing if all is. */
  async losses({ plainMqtt }: Announcement): Promise<string[]> {
    const client = await MqttClient.connect(plainMqtt, this.#thing);
    client.publish(`$aws/things/${this.#thing}/jobs/job-0/get`, '{"includeJobDocument":false}');
    const { payload } = await client.message();
    client.close();
    const { execution } = JSON.parse(payload.toString()) as { execution: Execution };
    const kept = Number(execution.statusDetails["step"] ?? 0);
    const accepted = this.accepted;
    this.accepted = kept;
    const isKept = kept === accepted || kept === accepted + 1;
    // each step is one version
    if (isKept && execution.versionNumber === kept + 1) return [];
    return [`${this.#thing}: step ${accepted} was accepted, ${kept} is kept`];
  }
}

function openIot({ endpoint, region, credentials }: Announcement): IoTClient {
  // the client writes into the credentials that it is given
  return new IoTClient({ endpoint, region, credentials: { ...credentials }, maxAttempts: 1 });
}

/** Creates jobs until the cloud is gone; gives the ids of those that it confirmed. */
async function createJobs(iot: IoTClient, round: number): Promise<string[]> {
  const confirmed: string[] = [];
  try {
    for (let n = 0; ; n++) {
      const jobId = `round-${round}-${n}`;
      await iot.send(new CreateJobCommand({ jobId, targets: [thingArn("spare")], document: "{}" }));
      confirmed.push(jobId);
    }
  } catch {
    return confirmed;
  }
}

async function listJobs(iot: IoTClient): Promise<Set<string | undefined>> {
  const ids = new Set<string | undefined>();
  for (let nextToken: string | undefined; ;) {
    const page = await iot.send(new ListJobsCommand({ maxResults: 250, nextToken }));
    for (const job of page.jobs ?? []) ids.add(job.jobId);
    nextToken = page.nextToken;
    if (nextToken === undefined) return ids;
  }
}

/** What a cloud confirmed while it was killed again and again, and what of that was gone. */
interface Outcome {
  readonly updates: number;
  readonly jobs: number;
  readonly losses: readonly string[];
}

/** Lets operators and devices work until `enough` updates are accepted, and kills the cloud in the middle. */
async function workUntilKilled(
  cloud: CloudProcess,
  reporters: readonly Reporter[],
  round: number,
): Promise<string[]> {
  const iot = openIot(cloud.announcement);
  const accepted = (): number => reporters.reduce((sum, r) => sum + r.accepted, 0);
  // each round is killed at another moment of its work
  const enough = accepted() + 20 + round * 7;
  const jobs = createJobs(iot, round);
  const reports = reporters.map(r => r.report(cloud.announcement));
  while (accepted() < enough) await new Promise(setImmediate);
  await cloud.kill();
  await Promise.all(reports);
  iot.destroy();
  return jobs;
}

/** Things, and a job on all of them but one, which is spare. */
async function prepare({ announcement }: CloudProcess): Promise<void> {
  const iot = openIot(announcement);
  for (const thingName of [...things, "spare"]) {
    await iot.send(new CreateThingCommand({ thingName }));
  }
  const targets = things.map(thingArn);
  await iot.send(new CreateJobCommand({ jobId: "job-0", targets, document: "{}" }));
  iot.destroy();
}

async function killAgainAndAgain(
  t: TestContext,
  kills: number,
  start: (directory: string) => Promise<CloudProcess>,
): Promise<Outcome> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const directory = temporaryFolder(t);
  const reporters = things.map(thing => new Reporter(thing));
  const confirmed: string[] = ["job-0"];
  const losses: string[] = [];
  let updates = 0;
  let cloud = await start(directory);
  t.after(() => cloud.kill());
  await prepare(cloud);
  await setTimeout(SETTLED_MS);
  const { credentials } = cloud.announcement;
  for (let round = 0; round < kills; round++) {
    const before = reporters.reduce((sum, r) => sum + r.accepted, 0);
    confirmed.push(...(await workUntilKilled(cloud, reporters, round)));
    updates += reporters.reduce((sum, r) => sum + r.accepted, 0) - before;
    cloud = await start(directory);
    assert.deepEqual(cloud.announcement.credentials, credentials);
    for (const reporter of reporters) losses.push(...(await reporter.losses(cloud.announcement)));
    const iot = openIot(cloud.announcement);
    const kept = await listJobs(iot);
    iot.destroy();
    losses.push(...confirmed.filter(jobId => !kept.has(jobId)));
  }
  return { updates, jobs: confirmed.length, losses };
}

test(`a cloud killed ${KILLS} times in mid-rollout loses nothing that it confirmed`, async t => {
  const { updates, jobs, losses } = await killAgainAndAgain(t, KILLS, folder =>
    CloudProcess.start(folder),
  );
  assert.deepEqual(losses, []);
  assert.ok(updates > KILLS * 20 && jobs > KILLS, "the cloud was at work at each kill");
  t.diagnostic(`${KILLS} kills, ${updates} updates and ${jobs} jobs confirmed, none lost`);
});

control(
  "control: a cloud that answers before it stores is seen to lose what it confirmed",
  async t => {
    const start = (directory: string): Promise<CloudProcess> =>
      CloudProcess.start(directory, "late");
    const { losses } = await killAgainAndAgain(t, 2, start);
    assert.notDeepEqual(losses, []);
    t.diagnostic(`2 kills, lost: ${losses.length}`);
  },
);
