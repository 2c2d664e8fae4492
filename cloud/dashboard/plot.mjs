// SPDX-License-Identifier: MIT

const WIDTH = 560;
const HEIGHT = 200;
const MARGIN = { left: 36, right: 70, top: 12, bottom: 24 };
/** Okabe and Ito's colours: told apart by the colour-blind, on light and dark. */
const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

/**
 * Draws how many devices run each version over time, stacked.
 * @param {SVGElement} svg
 * @param {readonly import("./view.js").VersionEvent[]} events the oldest first
 * @returns {string} the plot in words
 */
export function drawVersions(svg, events) {
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  if (events.length === 0) {
    svg.replaceChildren();
    return "";
  }
  const versions = [...new Set(events.map(e => e.version))];
  const steps = stepsOf(events, versions);
  const first = events[0].at;
  const last = Math.max(events.at(-1).at, first + 1000);
  const most = Math.max(...steps.map(({ counts }) => sum(counts)));
  const x = at =>
    MARGIN.left + ((at - first) / (last - first)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = n => HEIGHT - MARGIN.bottom - (n / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const areas = versions.map((_, i) => area(steps, i, last, x, y));
  const end = steps.at(-1).counts;
  const labels = versions.flatMap((version, i) => {
    const middle = sum(end.slice(0, i)) + end[i] / 2;
    return end[i] === 0 ? [] : [text(`v${version}`, WIDTH - MARGIN.right + 6, y(middle) + 4)];
  });
  svg.replaceChildren(
    ...areas,
    ...labels,
    text(String(most), 4, y(most) + 10),
    text("0", 4, y(0)),
    text(clock(first), MARGIN.left, HEIGHT - 6),
    text(clock(last), WIDTH - MARGIN.right - 40, HEIGHT - 6),
  );
  return versions.map((v, i) => `v${v}: ${end[i]}`).join(", ");
}

/** How many devices run each version from each event on. */
function stepsOf(events, versions) {
  const runs = new Map();
  const counts = versions.map(() => 0);
  return events.map(({ at, thing, version }) => {
    if (runs.has(thing)) counts[versions.indexOf(runs.get(thing))]--;
    runs.set(thing, version);
    counts[versions.indexOf(version)]++;
    return { at, counts: [...counts] };
  });
}

function area(steps, index, last, x, y) {
  const top = [];
  const bottom = [];
  steps.forEach(({ at, counts }, i) => {
    const until = steps[i + 1]?.at ?? last;
    const below = sum(counts.slice(0, index));
    const above = below + counts[index];
    top.push(`${x(at)},${y(above)}`, `${x(until)},${y(above)}`);
    bottom.unshift(`${x(until)},${y(below)}`, `${x(at)},${y(below)}`);
  });
  const path = make("path");
  path.setAttribute("d", `M${[...top, ...bottom].join("L")}Z`);
  path.setAttribute("fill", colours[index % colours.length]);
  return path;
}

function text(content, left, baseline) {
  const made = make("text");
  made.setAttribute("x", left);
  made.setAttribute("y", baseline);
  made.textContent = content;
  return made;
}

function make(name) {
  return document.createElementNS("http://www.w3.org/2000/svg", name);
}

function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}

function clock(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
