// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Cloud } from "xs-ota/cloud/cloud";
import { openCloud } from "xs-ota/test/support/cloud";
import { thingArn } from "xs-ota/test/support/desk";

/** Debian's Chromium. */
const executablePath = "/usr/bin/chromium";
/** Screenshots to look at. */
const shots = "build/screenshots";

/** A cloud in the middle of a rollout, with successes, failures and hostile text. */
async function openFleet(t: TestContext, devices = 24): Promise<Cloud> {
  const { cloud } = await openCloud(t);
  const { desk } = cloud;
  const things = Array.from(
    { length: devices },
    (_, i) => `pump-${String(i + 1).padStart(2, "0")}`,
  );
  const start = (jobId: string): void =>
    desk.run(({ things: registry, jobs }) => {
      for (const thingName of things) registry.create({ thingName });
      jobs.create({ jobId, targets: things.map(thingArn), document: "{}" });
    });
  start("release-1-1-0");
  for (const thing of things) {
    await report(cloud, thing, "release-1-1-0", "SUCCEEDED", { reason: "accepted v1.1.0" });
  }
  start("release-1-2-0");
  for (const [i, thing] of things.entries()) {
    if (i < 9)
      await report(cloud, thing, "release-1-2-0", "SUCCEEDED", { reason: "accepted v1.2.0" });
    else if (i < 15) {
      await report(cloud, thing, "release-1-2-0", "IN_PROGRESS", { receive: `${i * 4}/64` });
    }
  }
  const reason = "<img src=x onerror=alert(1)> signature-invalid";
  await report(cloud, "pump-20", "release-1-2-0", "REJECTED", { reason });
  return cloud;
}

async function report(
  { desk }: Cloud,
  thing: string,
  jobId: string,
  status: string,
  statusDetails: object,
): Promise<void> {
  const topic = `$aws/things/${thing}/jobs/${jobId}/update`;
  desk.handle(thing, topic, Buffer.from(JSON.stringify({ status, statusDetails })));
  await new Promise(setImmediate);
}

async function openPage(
  t: TestContext,
  cloud: Cloud,
  options: BrowserContextOptions,
): Promise<{ page: Page; faults: string[] }> {
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  t.after(() => browser.close());
  const page = await browser.newPage(options);
  const faults: string[] = [];
  page.on("pageerror", error => faults.push(error.message));
  page.on("console", message => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("dialog", dialog => faults.push(dialog.message()));
  await page.goto(cloud.dashboard);
  await page.getByText("live", { exact: true }).waitFor();
  await page.locator("#fleet li").first().waitFor();
  return { page, faults };
}

const looks = [
  ["light", { colorScheme: "light", viewport: { width: 1280, height: 900 } }],
  ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 900 } }],
  ["phone", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
] as const;

for (const [name, options] of looks) {
  test(`the dashboard shows the fleet, its jobs and failures (${name})`, async t => {
    const cloud = await openFleet(t);
    const { page, faults } = await openPage(t, cloud, options);
    assert.equal(await page.locator("#fleet li").count(), 24);
    assert.match(await page.locator("#jobs li").first().innerText(), /9 succeeded, 6 in progress/);
    assert.equal(await page.locator("#versions-text").innerText(), "v1.1.0: 15, v1.2.0: 9");
    const failure = await page.locator("#failures li").innerText();
    assert.match(failure, /<img src=x onerror=alert\(1\)> signature-invalid/, "as text");
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assert.ok(Number(width) <= options.viewport.width, "nothing sticks out");
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: `${shots}/dashboard-${name}.png`, fullPage: true });
    assert.deepEqual(faults, []);
  });
}

test("the page follows a device while it downloads, without losing the focus", async t => {
  const cloud = await openFleet(t);
  const { page, faults } = await openPage(t, cloud, {});
  const device = page.locator("#fleet button", { hasText: "pump-16" });
  await device.focus();
  await report(cloud, "pump-16", "release-1-2-0", "IN_PROGRESS", { receive: "32/64" });
  await device.getByText("blocks 32/64").waitFor();
  const focused = await page.evaluate("document.activeElement.innerText");
  assert.match(String(focused), /pump-16/);
  assert.deepEqual(faults, []);
});

test("a device's history opens and closes from the keyboard", async t => {
  const cloud = await openFleet(t);
  const { page } = await openPage(t, cloud, {});
  await page.locator("#search").focus();
  await page.keyboard.type("pump-20");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const history = await page.locator("#device[open] #history").innerText();
  assert.match(history, /release-1-2-0 rejected[^]*release-1-1-0 succeeded/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#device[open]").count(), 0);
});

const FLEET = 1000;

test(`the page stays usable with ${FLEET} devices`, async t => {
  const cloud = await openFleet(t, FLEET);
  const { page, faults } = await openPage(t, cloud, {
    colorScheme: "dark",
    viewport: { width: 360, height: 740 },
  });
  assert.equal(await page.locator("#fleet li").count(), FLEET);
  const device = page.locator("#fleet button", { hasText: "pump-999" });
  const seen: number[] = [];
  for (let block = 1; block <= 10; block++) {
    const began = performance.now();
    await report(cloud, "pump-999", "release-1-2-0", "IN_PROGRESS", { receive: `${block}/64` });
    await device.getByText(`blocks ${block}/64`).waitFor();
    seen.push(performance.now() - began);
  }
  const began = performance.now();
  await page.locator("#search").fill("pump-100");
  await page.waitForFunction("document.querySelectorAll('#fleet li').length === 2");
  const search = performance.now() - began;
  await page.locator("#search").fill("");
  await page.screenshot({ path: `${shots}/dashboard-${FLEET}-phone.png` });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.screenshot({ path: `${shots}/dashboard-${FLEET}.png` });
  assert.deepEqual(faults, []);
  const slowest = Math.max(...seen);
  t.diagnostic(
    `report to page ${median(seen)} ms, at most ${slowest.toFixed(0)} ms; search ${search.toFixed(0)} ms`,
  );
  assert.ok(slowest < 3000 && search < 1000, "a person would not wait longer");
});

function median(times: readonly number[]): string {
  return [...times].sort((a, b) => a - b)[times.length >> 1]?.toFixed(0) ?? "";
}
