// A plan in pictures: when what moves, and what there was to choose from.

import { h, svg } from "./dom.js";
import { count, seconds, share } from "./format.js";
import { sentence, smallTable } from "./parts.js";
import { to } from "./route.js";

const WIDTH = 1000;
const NAMES = 190;
const ROW = 22;
const MOST_ROWS = 150;
const TICKS = 6;
const CLASSES = { waiting: "soft", awaitingApproval: "waits", awaitingReboot: "waits", running: "moving", done: "good", blocked: "critical" };
const LEGEND = [["soft", "waits"], ["waits", "waits for a person"], ["moving", "moves"], ["good", "done"], ["critical", "stayed"]];

/** Steps as bars over time: as long as half of the runs take, with a line to what 19 of 20 take. */
export function gantt(plan, steps) {
  if (steps.length === 0) return sentence("Nothing moves in this plan.");
  const rows = steps.toSorted((a, b) => a.startSeconds - b.startSeconds || a.number - b.number).slice(0, MOST_ROWS);
  const begin = plan.applyTime ? Math.max(Date.parse(plan.applyTime), plan.notBefore ? Date.parse(plan.notBefore) : 0) / 1000 : null;
  const actual = (text, planned) => text && begin !== null ? Date.parse(text) / 1000 - begin : planned;
  const now = begin === null || plan.endTime ? null : Date.now() / 1000 - begin;
  const end = Math.max(1e-3, plan.makespanP95Seconds, now ?? 0, ...rows.map(s => actual(s.startTime, s.startSeconds) + s.p95Seconds));
  const x = at => NAMES + at / end * (WIDTH - NAMES - 10);
  const height = rows.length * ROW + 30;
  return [h("figure", null,
    h("figcaption", null, "Each bar is a move: its length is the median, the thin line what it takes 19 of 20 times.",
      h("span", { className: "legend" }, LEGEND.map(([tone, label]) => h("span", null, h("i", { className: `key bar ${tone}`, "aria-hidden": "true" }), label)))),
    h("div", { className: "scroll", tabindex: "0", role: "group", "aria-label": "When what moves" }, svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "gantt", role: "group", "aria-label": "When what moves; the steps are in the table below." },
      Array.from({ length: TICKS + 1 }, (_, i) => {
        const at = end * i / TICKS;
        return [svg("line", { class: "tick", x1: x(at), x2: x(at), y1: 0, y2: height - 22 }), svg("text", { x: x(at), y: height - 6, "text-anchor": i === TICKS ? "end" : "middle" }, i === 0 ? "begin" : seconds(at))];
      }),
      rows.map((s, i) => {
        const start = actual(s.startTime, s.startSeconds);
        const length = s.endTime ? Math.max(0, actual(s.endTime, 0) - start) : s.p50Seconds;
        const label = s.machine ? `${s.machine}: ${s.from} → ${s.to}` : `reboot of ${s.from}`;
        return svg("a", { href: s.migration ? to("migrations", s.migration) : s.machine ? to("machines", s.machine) : to("plans"), "aria-label": `${label}, ${s.state}` },
          svg("title", null, `${label}, ${s.state}: begins after ${seconds(start)}, ${s.endTime ? "took" : "takes"} ${seconds(length)}${s.endTime ? "" : `, 19 of 20 times at most ${seconds(s.p95Seconds)}`}`),
          svg("text", { class: "row", x: 0, y: i * ROW + 15 }, label.length > 28 ? `${label.slice(0, 27)}…` : label),
          s.endTime ? null : svg("line", { class: "whisker", x1: x(start), x2: x(start + s.p95Seconds), y1: i * ROW + 11, y2: i * ROW + 11 }),
          svg("rect", { class: CLASSES[s.state] ?? "soft", x: x(start), y: i * ROW + 4, width: Math.max(3, x(start + length) - x(start)), height: ROW - 8, rx: 3 }));
      }),
      now === null ? null : svg("line", { class: "now", x1: x(Math.min(now, end)), x2: x(Math.min(now, end)), y1: 0, y2: height - 22 })))),
  steps.length > MOST_ROWS ? sentence(`The first ${count(MOST_ROWS)} of ${count(steps.length)} steps.`) : null];
}

/** Plans to choose from: time against moves. What is better in both is nowhere. */
export function front(choices) {
  if (choices.length === 0) return sentence("There was one plan alone.");
  const [width, height, left, foot] = [560, 240, 70, 34];
  const times = choices.map(c => c.makespanP95Seconds);
  const moves = choices.map(c => c.movesPerMachine);
  const [mostTime, mostMoves] = [Math.max(1e-9, ...times) * 1.1, Math.max(1e-9, ...moves) * 1.15];
  const x = value => left + value / mostMoves * (width - left - 10);
  const y = value => 10 + (1 - value / mostTime) * (height - 20);
  const sorted = choices.toSorted((a, b) => a.movesPerMachine - b.movesPerMachine);
  return [h("figure", null, h("figcaption", null, "Time (19 of 20 runs) against moves per machine; the filled one was chosen."),
    svg("svg", { viewBox: `0 0 ${width} ${height + foot}`, class: "pareto", role: "img", "aria-label": "Plans to choose from, time against moves; the figures are in the table below." },
      [0, 0.5, 1].map(s => [svg("line", { class: "tick", x1: left, x2: width - 10, y1: y(mostTime * s), y2: y(mostTime * s) }), svg("text", { x: left - 6, y: y(mostTime * s) + 4, "text-anchor": "end" }, seconds(mostTime * s))]),
      [0, 0.5, 1].map(s => svg("text", { x: x(mostMoves * s), y: height + 6, "text-anchor": s === 1 ? "end" : "middle" }, (mostMoves * s).toFixed(1))),
      svg("text", { x: (left + width) / 2, y: height + 26, "text-anchor": "middle" }, "moves per machine"),
      svg("polyline", { class: "front", points: sorted.map(c => `${x(c.movesPerMachine)},${y(c.makespanP95Seconds)}`).join(" ") }),
      sorted.map(c => svg("circle", { class: c.isChosen ? "chosen" : "open", cx: x(c.movesPerMachine), cy: y(c.makespanP95Seconds), r: 6 }, svg("title", null, c.name))))),
  smallTable("What there was to choose from", [
    ["how", c => c.isChosen ? h("strong", null, `${c.name} (chosen)`) : c.name],
    ["takes, 19 of 20 times", c => seconds(c.makespanP95Seconds), true], ["on the median", c => seconds(c.makespanP50Seconds), true], ["in time", c => share(c.probabilityInTime), true],
    ["moves per machine", c => c.movesPerMachine.toFixed(2), true], ["most moves of one", c => count(c.mostMovesOfAMachine), true], ["hosts away at once", c => count(c.mostHostsAway), true],
  ], choices)];
}
