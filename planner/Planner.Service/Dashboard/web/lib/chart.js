// Pictures of series: uPlot in the colours of the page, with the same figures as a table for whoever cannot see them.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { h } from "./dom.js";
import { seconds, time } from "./format.js";
import { smallTable } from "./parts.js";

const MOST_ROWS = 200;

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/**
 * A chart of seconds over time. Series: { label, colour (a name of the style), points?, dash?, values }. x in seconds since 1970, or null for a plain axis.
 * @returns a figure, which draws itself anew when its size or the colours change.
 */
export function timeChart(signal, title, x, series, { isLog = false, height = 260, columns = null, onPick = null } = {}) {
  const box = h("div", { className: "chart", role: "img", "aria-label": `${title}: ${series.map(s => s.label).join(", ")}; the figures are in the table below.` });
  const figure = h("figure", null, h("figcaption", null, title, legend(series)), box, asTable(title, x, series, columns));
  let plot = null;
  const draw = () => {
    plot?.destroy();
    box.replaceChildren();
    if (box.clientWidth === 0) return;
    plot = new uPlot(options(title, x, series, { isLog, height, width: box.clientWidth, onPick }), [x, ...series.map(s => s.values)], box);
  };
  const observer = new ResizeObserver(() => plot && plot.width === box.clientWidth ? null : draw());
  observer.observe(box);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw, { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    plot?.destroy();
  });
  return figure;
}

// Over several days the days, otherwise the clock.
const moment = (at, all) => {
  const text = time(new Date(at * 1000).toISOString(), true);
  return all[all.length - 1] - all[0] > 2 * 86400 ? text.slice(0, 10) : text.slice(11, 19);
};

const legend = series => h("span", { className: "legend" }, series.map(s => h("span", null, h("i", { className: `key ${s.points ? "dot" : s.dash ? "dashed" : "line"}`, css: { "--key": `var(--${s.colour})` }, "aria-hidden": "true" }), s.label)));

function options(title, x, series, { isLog, height, width, onPick }) {
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "12px system-ui, sans-serif" };
  return {
    width, height,
    legend: { show: false },
    cursor: { y: false, focus: { prox: 24 }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: { distr: isLog ? 3 : 1, range: isLog ? undefined : (u, low, high) => [0, (high || 1) * 1.08] } },
    axes: [
      { ...axis, values: (u, splits) => splits.map(v => moment(v, splits)), space: 110 },
      { ...axis, size: 70, values: (u, splits) => splits.map(v => v === null ? "" : seconds(v)) },
    ],
    series: [{}, ...series.map(s => ({
      label: s.label, stroke: colour(s.colour), width: s.points ? 0 : 2, dash: s.dash ? [6, 4] : undefined, paths: s.points ? () => null : s.steps ? uPlot.paths.stepped({ align: 1 }) : undefined,
      points: { show: s.points ?? false, size: 5, stroke: colour(s.colour), fill: colour(s.colour) }, spanGaps: true,
    }))],
    hooks: onPick ? { init: [u => u.over.addEventListener("click", () => u.cursor.idx !== null && onPick(u.cursor.idx))] } : {},
  };
}

// The latest come first: they are what is asked about.
function asTable(title, x, series, columns) {
  const rows = x.map((_, i) => i).slice(-MOST_ROWS).reverse();
  return h("details", null, h("summary", null, "The figures as a table"),
    smallTable(title, columns ?? [["time", i => time(new Date(x[i] * 1000).toISOString(), true)], ...series.map(s => [s.label, i => seconds(s.values[i]), true])], rows));
}
