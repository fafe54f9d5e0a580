// The parts of a blackout: what was predicted beside what happened.

import { h } from "./dom.js";
import { seconds } from "./format.js";
import { smallTable } from "./parts.js";

/** Terms as a table with bars on one scale. */
export function termTable(terms, { p50Seconds = null, boundSeconds = null, actualSeconds = null } = {}) {
  const rows = [...terms, { term: "the whole blackout", device: null, p50Seconds, boundSeconds, actualSeconds, isSum: true }];
  const largest = Math.max(1e-9, ...rows.flatMap(t => [t.p50Seconds, t.boundSeconds, t.actualSeconds]).filter(v => v !== null && v !== undefined));
  const bar = (value, tone) => value === null || value === undefined ? null : h("span", { className: `term ${tone}`, css: { width: `${Math.max(0.6, value / largest * 100)}%` } });
  const isOver = t => t.actualSeconds !== null && t.actualSeconds !== undefined && t.boundSeconds !== null && t.boundSeconds !== undefined && t.actualSeconds > t.boundSeconds;
  return smallTable("Predicted and actual, term by term", [
    ["term", t => t.isSum ? h("strong", null, t.term) : t.term],
    ["device", t => t.device ?? ""],
    ["predicted, median", t => seconds(t.p50Seconds), true],
    ["bound", t => seconds(t.boundSeconds), true],
    ["happened", t => isOver(t) ? h("strong", { className: "serious" }, `${seconds(t.actualSeconds)} (over its bound)`) : seconds(t.actualSeconds), true],
    ["", t => h("span", { className: "terms", "aria-hidden": "true" }, bar(t.boundSeconds, "bound"), bar(t.p50Seconds, "predicted"), bar(t.actualSeconds, "actual"))],
  ], rows);
}
