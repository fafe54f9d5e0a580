// How values are spread: a histogram on a logarithmic axis, several groups on one scale.

import { h, svg } from "./dom.js";
import { count, seconds } from "./format.js";
import { smallTable } from "./parts.js";

const BINS = 32;
const WIDTH = 640;
const HEIGHT = 130;
const FOOT = 22;

/** A picture of groups of values, each { label, tone, values }, with their quantiles as a table. */
export function spread(title, groups) {
  const all = groups.flatMap(g => g.values).filter(v => v > 0);
  if (all.length === 0) return null;
  const low = Math.log(all.reduce((a, b) => Math.min(a, b)));
  const high = Math.max(low + 1e-6, Math.log(all.reduce((a, b) => Math.max(a, b))));
  const shares = groups.map(g => {
    const bins = new Array(BINS).fill(0);
    for (const v of g.values) if (v > 0) bins[Math.min(BINS - 1, Math.floor((Math.log(v) - low) / (high - low) * BINS))]++;
    return bins.map(n => n / Math.max(1, g.values.length));
  });
  const top = Math.max(...shares.flat());
  const bar = WIDTH / BINS;
  const label = (share, anchor) => svg("text", { x: share * WIDTH, y: HEIGHT + FOOT - 5, "text-anchor": anchor }, seconds(Math.exp(low + (high - low) * share)));
  return h("figure", null,
    h("figcaption", null, title, h("span", { className: "legend" }, groups.map(g => h("span", null, h("i", { className: "key bar", css: { "--key": `var(--${g.tone})` }, "aria-hidden": "true" }), `${g.label} (${count(g.values.length)})`)))),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT + FOOT}`, class: "spread", role: "img", "aria-label": `${title}; the quantiles are in the table below.` },
      groups.map((g, i) => shares[i].map((s, b) => svg("rect", { class: g.tone, x: b * bar + i * bar / groups.length + 0.5, y: HEIGHT - s / top * HEIGHT, width: bar / groups.length - 1, height: s / top * HEIGHT }))),
      svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }), label(0, "start"), label(0.5, "middle"), label(1, "end")),
    smallTable(`${title}: quantiles`, [
      ["", g => g.label], ["samples", g => count(g.values.length), true], ...[["median", 0.5], ["90 %", 0.9], ["99 %", 0.99], ["largest", 1]].map(([shown, q]) => [shown, g => seconds(quantile(g.values, q)), true]),
    ], groups));
}

function quantile(values, q) {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}
