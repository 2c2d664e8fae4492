// SPDX-License-Identifier: MIT
import { drawVersions } from "./plot.mjs";

/** @typedef {import("./view.js").FleetView} FleetView */

const find = id => document.getElementById(id);
const failures = new Set(["FAILED", "REJECTED", "TIMED_OUT"]);
const statuses = [
  "SUCCEEDED",
  "IN_PROGRESS",
  "FAILED",
  "REJECTED",
  "TIMED_OUT",
  "CANCELED",
  "REMOVED",
  "QUEUED",
];

/** @type {FleetView} */
let fleet = { things: [], jobs: [], versions: [] };
/** The device whose history is open. */
let chosen = "";

const events = new EventSource("events");
events.onopen = () => (find("connection").textContent = "live");
events.onerror = () => (find("connection").textContent = "no connection; trying again");
events.onmessage = ({ data }) => {
  fleet = JSON.parse(data);
  render();
};
find("search").addEventListener("input", render);
find("device").addEventListener("close", () => (chosen = ""));

function render() {
  const failed = fleet.jobs.flatMap(job => job.executions).filter(e => failures.has(e.status));
  const busy = fleet.things.filter(({ history }) => history[0]?.status === "IN_PROGRESS");
  renderSummary({
    Devices: fleet.things.length,
    Updating: busy.length,
    "Jobs running": fleet.jobs.filter(job => job.status === "IN_PROGRESS").length,
    Failures: failed.length,
  });
  const words = find("search").value.toLowerCase();
  renderList(find("jobs"), fleet.jobs, job => job.id, jobRow);
  renderList(find("failures"), failed, e => `${e.jobId} ${e.thing}`, failureRow);
  const things = fleet.things.filter(({ name }) => name.toLowerCase().includes(words));
  renderList(find("fleet"), things, thing => thing.name, thingRow);
  find("versions-text").textContent = drawVersions(find("plot"), fleet.versions);
  renderDevice();
}

function renderSummary(figures) {
  const items = Object.entries(figures).map(([label, value]) => {
    const item = element("div");
    item.append(element("dt", "", label), element("dd", "", value));
    return item;
  });
  find("summary").replaceChildren(...items);
}

/** What each row shows, as JSON: of a large fleet only the rows that changed are drawn again. */
const shownBy = new WeakMap();

/** Rows keep their elements, so that the one in focus stays in focus. */
function renderList(list, items, keyOf, fill) {
  const rows = new Map([...list.children].map(row => [row.dataset.key, row]));
  const wanted = items.map(item => {
    const key = keyOf(item);
    const row = rows.get(key) ?? newRow(key);
    rows.delete(key);
    const shown = JSON.stringify(item);
    if (shownBy.get(row) !== shown) fill(row.firstElementChild, item);
    shownBy.set(row, shown);
    return row;
  });
  for (const row of rows.values()) row.remove();
  wanted.forEach((row, i) => {
    if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
  });
}

function newRow(key) {
  const row = element("li");
  row.dataset.key = key;
  row.append(document.createElement("button"));
  return row;
}

function jobRow(button, job) {
  const total = job.executions.length + job.waiting;
  const parts = statuses.filter(status => job.counts[status] > 0);
  const words = parts.map(status => `${job.counts[status]} ${label(status)}`);
  if (job.waiting > 0) words.push(`${job.waiting} not reached`);
  const share = status => {
    const done = job.executions.filter(e => e.status === status);
    const whole =
      status === "IN_PROGRESS" ? done.reduce((sum, e) => sum + e.progress, 0) : done.length;
    return status === "QUEUED" ? 0 : whole / total;
  };
  const bar = element("span", "bar");
  bar.append(...parts.map(status => slice(status, share(status))));
  button.replaceChildren(
    element("span", "name", job.id),
    element("span", `status ${job.status}`, label(job.status)),
    bar,
    element("span", "note", words.join(", ")),
  );
  button.onclick = () => {
    find("search").value = "";
    const next = job.executions.find(e => e.status === "IN_PROGRESS") ?? job.executions[0];
    if (next) openDevice(next.thing);
  };
}

function failureRow(button, execution) {
  button.replaceChildren(
    element("span", "name", execution.thing),
    element("span", `status ${execution.status}`, label(execution.status)),
    element("span", "note", `${execution.note || "no reason given"} · ${execution.jobId}`),
  );
  button.onclick = () => openDevice(execution.thing);
}

function thingRow(button, { name, version, history: [latest] }) {
  button.replaceChildren(
    element("span", "name", name),
    element("span", `status ${latest?.status ?? ""}`, version ? `v${version}` : ""),
  );
  button.onclick = () => openDevice(name);
  if (latest === undefined) return;
  const bar = element("span", "bar");
  bar.append(slice(latest.status, latest.progress));
  const note = [label(latest.status), latest.note].filter(Boolean).join(" · ");
  button.append(bar, element("span", "note", note));
}

function slice(status, share) {
  const part = element("i", status);
  part.style.width = `${(share * 100).toFixed(1)}%`;
  return part;
}

function openDevice(name) {
  chosen = name;
  renderDevice();
  find("device").showModal();
}

function renderDevice() {
  const thing = fleet.things.find(({ name }) => name === chosen);
  if (thing === undefined) return;
  find("device-title").textContent = thing.name;
  find("device-version").textContent = thing.version ? `runs version ${thing.version}` : "";
  const rows = thing.history.map(e => {
    const row = element("li");
    row.append(
      element("span", "name", e.jobId),
      " ",
      element("span", `status ${e.status}`, label(e.status)),
      element("p", "note", `${time(e.updatedAt)}${e.attempt > 1 ? ` · attempt ${e.attempt}` : ""}`),
      element("p", "note", e.note),
    );
    return row;
  });
  find("history").replaceChildren(...rows);
}

function label(status) {
  return status.toLowerCase().replaceAll("_", " ");
}

function time(ms) {
  return new Date(ms).toLocaleString();
}

/** Text goes in as text: what a device reports is never markup. */
function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.textContent = String(text);
  return made;
}
