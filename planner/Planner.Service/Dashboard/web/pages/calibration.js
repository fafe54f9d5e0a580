// Is 99 % really 99 %? Misses against the allowed share, with what chance explains, by class.

import { h, svg, put, name, link } from "../lib/dom.js";
import { count, plural, seconds, share, state } from "../lib/format.js";
import { get } from "../lib/api.js";
import { here, to } from "../lib/route.js";
import { budget, facts, heading, panel, sentence, smallTable, trouble } from "../lib/parts.js";
import { keepFresh } from "./fleet.js";

const DAY = 86400000;
const SHOWN_DAYS = 30;

export function calibration(root, signal) {
  const wanted = here().params.get("sla");
  const box = h("div", { className: "stack" });
  put(root, heading("Calibration"), sentence("Is what was promised kept, and do the bounds hold? In the last 30 days; attempts in which the guest was not paused are in no share."), box);
  let hasShown = false;
  keepFresh(signal, async () => {
    const [classes, budgets] = await Promise.all([get("/v1/calibration", signal), get("/v1/budgets", signal)]);
    const sorted = classes.toSorted((a, b) => (b.sla === wanted) - (a.sla === wanted) || b.paused - a.paused);
    put(box, panel("All classes", smallTable("All classes", [
      ["class", c => link(to("calibration", "", { sla: c.sla }), name(c.sla))],
      ["", c => verdict(c)],
      ["promised", c => share(c.promisedShare), true],
      ["kept", c => c.paused > 0 ? share(c.keptShare) : "no pause yet", true],
      ["95 % interval", c => c.paused > 0 ? `${share(c.keptShareLow)} to ${share(c.keptShareHigh)}` : "–", true],
      ["misses", c => `${count(c.violations)} of ${count(c.paused)}`, true],
      ["allowed", c => allowed(c), true],
      ["", c => interval(c)],
    ], sorted)), sorted.filter(c => c.paused > 0).map(c => one(c, budgets.classes.find(b => b.sla === c.sla))));
    if (wanted && !hasShown) document.getElementById(panelId(wanted))?.scrollIntoView({ block: "start" });
    hasShown = true;
  }, e => put(box, trouble(e)));
}

const panelId = sla => `part-class-${sla.toLowerCase().replace(/[^a-z]+/g, "-")}`;

const allowed = c => `${(Math.round((1 - c.promisedShare) * c.paused * 10) / 10).toFixed(1)}`;

function verdict(c) {
  if (c.paused === 0) return state("notice", "not known yet");
  if (c.keptShareHigh < c.promisedShare) return state("serious", "not kept");
  if (c.keptShareLow >= c.promisedShare) return state("good", "kept");
  return c.keptShare >= c.promisedShare ? state("good", "kept so far") : state("warning", "below, by chance perhaps");
}

// The axis goes from what is surely below to 100 %; the line is the promise.
function interval(c) {
  if (c.paused === 0) return "";
  const low = Math.max(0, Math.min(c.promisedShare, c.keptShareLow) - 0.02);
  const at = value => `${((value - low) / (1 - low) * 100).toFixed(2)}%`;
  return svg("svg", { class: "interval", width: "180", height: "20", role: "img", "aria-label": `promised ${share(c.promisedShare)}, kept ${share(c.keptShare)}, between ${share(c.keptShareLow)} and ${share(c.keptShareHigh)}` },
    svg("line", { class: "range", x1: at(c.keptShareLow), x2: at(c.keptShareHigh), y1: 10, y2: 10 }),
    svg("circle", { cx: at(c.keptShare), cy: 10, r: 4.5 }),
    svg("line", { class: "promise", x1: at(c.promisedShare), x2: at(c.promisedShare), y1: 1, y2: 19 }));
}

function one(c, left) {
  const burns = left?.burn.filter(b => b.verdict === "burns") ?? [];
  return panel(`Class ${c.sla}`,
    facts(
      ["is it kept?", verdict(c)],
      ["attempts", link(to("ledger", "", { sla: c.sla }), count(c.attempts))],
      ["with a pause", count(c.paused)],
      ["misses / allowed", `${count(c.violations)} / ${allowed(c)}`],
      left && ["budget left", budget(left.leftShare)],
      left && ["used up", burns.length > 0 ? state(burns.some(b => b.urgency === "page") ? "critical" : "warning", `burns at ${burns[0].rate.toFixed(1)} times what is allowed`) : left.exhaustedIn.soonest === null ? "never, as it goes" : `in ${seconds(left.exhaustedIn.soonest)} at the soonest`],
      ["bounds that held", c.bounds > 0 ? `${count(c.bounds - c.boundsMissed)} of ${count(c.bounds)}` : "none was set"]),
    days(c),
    h("h3", null, "Machines that missed"),
    smallTable("Machines that missed", [
      ["machine", m => link(to("machines", m.machine), name(m.machine))],
      ["misses", m => count(m.violations), true], ["pauses", m => count(m.paused), true], ["share", m => share(m.violations / m.paused), true],
      ["", m => link(to("ledger", "", { machine: m.machine, sla: c.sla }), "attempts")],
    ], c.machines.slice(0, 50), "None."),
    c.machines.length > 50 ? sentence(`and ${plural(c.machines.length - 50, "machine", "machines")} more`) : null);
}

// A bar a day: how many pauses, and on top of it how many of them missed.
function days(c) {
  const end = Date.parse(c.days[c.days.length - 1].day) / DAY;
  const by = new Map(c.days.map(d => [Date.parse(d.day) / DAY, d]));
  const top = Math.max(...c.days.map(d => d.paused));
  const [width, height, foot] = [640, 90, 20];
  const bar = width / SHOWN_DAYS;
  const bars = [];
  for (let i = 0; i < SHOWN_DAYS; i++) {
    const d = by.get(end - SHOWN_DAYS + 1 + i);
    if (!d) continue;
    const [all, missed] = [d.paused / top * height, d.violations / top * height];
    bars.push(svg("g", null, svg("title", null, `${d.day} (UTC): ${d.violations} of ${d.paused} missed`),
      svg("rect", { class: "soft", x: i * bar + 1, y: height - all, width: bar - 2, height: all }),
      d.violations > 0 ? svg("rect", { class: "critical", x: i * bar + 1, y: height - Math.max(missed, 2), width: bar - 2, height: Math.max(missed, 2) }) : null));
  }
  return h("figure", null,
    h("figcaption", null, "Pauses by day (UTC)", h("span", { className: "legend" }, h("span", null, h("i", { className: "key bar", css: { "--key": "var(--soft)" }, "aria-hidden": "true" }), "pauses"), h("span", null, h("i", { className: "key bar", css: { "--key": "var(--critical)" }, "aria-hidden": "true" }), "of them missed"))),
    svg("svg", { viewBox: `0 0 ${width} ${height + foot}`, class: "spread", role: "img", "aria-label": `Pauses and misses of class ${c.sla} by day; the figures are in the table below.` }, bars,
      svg("line", { x1: 0, x2: width, y1: height, y2: height }),
      svg("text", { x: 0, y: height + 15, "text-anchor": "start" }, new Date((end - SHOWN_DAYS + 1) * DAY).toISOString().slice(0, 10)),
      svg("text", { x: width, y: height + 15, "text-anchor": "end" }, new Date(end * DAY).toISOString().slice(0, 10))),
    h("details", null, h("summary", null, "The figures as a table"), smallTable("Pauses by day", [
      ["day (UTC)", d => d.day], ["pauses", d => count(d.paused), true], ["misses", d => count(d.violations), true], ["bounds set", d => count(d.bounds), true], ["bounds missed", d => count(d.boundsMissed), true],
    ], c.days.toReversed())));
}
