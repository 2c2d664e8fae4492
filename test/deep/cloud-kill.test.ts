// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateJobCommand,
  CreateThingCommand,
  IoTClient,
  ListJobsCommand,
} from "@aws-sdk/client-iot";
import { type Announcement, CloudProcess } from "xs-ota/test/support/cloud-process";
import { thingArn } from "xs-ota/test/support/desk";
import { temporaryFolder } from "xs-ota/test/support/files";
import { MqttClient } from "xs-ota/test/support/mqtt";

const KILLS = 20;
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

  /** What the cloud kept must be what it accepted, or the one report whose reply was lost. */
  async check({ plainMqtt }: Announcement): Promise<void> {
    const client = await MqttClient.connect(plainMqtt, this.#thing);
    client.publish(`$aws/things/${this.#thing}/jobs/job-0/get`, '{"includeJobDocument":false}');
    const { payload } = await client.message();
    const { execution } = JSON.parse(payload.toString()) as { execution: Execution };
    const kept = Number(execution.statusDetails["step"] ?? 0);
    assert.ok(kept === this.accepted || kept === this.accepted + 1, `${kept}, ${this.accepted}`);
    assert.equal(execution.versionNumber, kept + 1, "each step is one version");
    this.accepted = kept;
    client.close();
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

test(`a cloud killed ${KILLS} times in mid-rollout loses nothing that it confirmed`, async t => {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  const directory = temporaryFolder(t);
  const reporters = things.map(thing => new Reporter(thing));
  const confirmed: string[] = ["job-0"];
  let cloud = await CloudProcess.start(directory);
  t.after(() => cloud.kill());
  const first = openIot(cloud.announcement);
  for (const thingName of [...things, "spare"]) {
    await first.send(new CreateThingCommand({ thingName }));
  }
  const targets = things.map(thingArn);
  await first.send(new CreateJobCommand({ jobId: "job-0", targets, document: "{}" }));
  const { credentials } = cloud.announcement;
  for (let round = 0; round < KILLS; round++) {
    const iot = openIot(cloud.announcement);
    const work = [createJobs(iot, round), ...reporters.map(r => r.report(cloud.announcement))];
    // each round is killed at another moment of its work
    const enough = 20 + round * 7;
    const began = reporters.reduce((sum, r) => sum + r.accepted, 0);
    const done = (): number => reporters.reduce((sum, r) => sum + r.accepted, 0) - began;
    while (done() < enough) await new Promise(setImmediate);
    await cloud.kill();
    const [jobs] = await Promise.all(work);
    confirmed.push(...(jobs as string[]));
    iot.destroy();
    cloud = await CloudProcess.start(directory);
    assert.deepEqual(cloud.announcement.credentials, credentials);
    for (const reporter of reporters) await reporter.check(cloud.announcement);
    const after = openIot(cloud.announcement);
    const kept = await listJobs(after);
    after.destroy();
    assert.deepEqual(
      confirmed.filter(jobId => !kept.has(jobId)),
      [],
    );
  }
  first.destroy();
  const steps = reporters.reduce((sum, r) => sum + r.accepted, 0);
  assert.ok(steps > KILLS * 20 && confirmed.length > KILLS, "the cloud was at work at each kill");
  t.diagnostic(
    `${KILLS} kills, ${steps} updates and ${confirmed.length} jobs confirmed, none lost`,
  );
});
