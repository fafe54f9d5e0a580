// Devices: how long their arcs take, over time, and which have become slower.

import { h, put, name, link } from "../lib/dom.js";
import { count, seconds, state, when } from "../lib/format.js";
import { get, query } from "../lib/api.js";
import { here, note, to } from "../lib/route.js";
import { facts, heading, panel, sentence, smallTable, trouble } from "../lib/parts.js";
import { timeChart } from "../lib/chart.js";
import { spread } from "../lib/spread.js";

const SLOWEST = 20;

export async function devices(root, signal) {
  put(root, heading("Devices"), sentence("Asking the service …"));
  const { params } = here();
  const arcs = await get("/v1/arcs", signal);
  const detail = h("div");
  const rows = arcs.toSorted((a, b) => (b.alarm ? 1 : 0) - (a.alarm ? 1 : 0));
  const alarms = arcs.filter(a => a.alarm);
  const choose = arc => {
    note({ class: arc.class, arc: `${arc.from}->${arc.to}` });
    return showArc(detail, signal, arc);
  };
  put(root, heading("Devices"),
    panel("Drift alarms", alarms.length === 0
      ? sentence(arcs.length === 0 ? "No device was measured yet: 'planner measure' walks a device through its arcs." : "No arc has become slower than chance explains.", arcs.length === 0 ? "" : "good")
      : h("ul", { className: "findings" }, alarms.map(a => h("li", { className: "warning" },
        h("div", { className: "what" }, state("warning", "slower"), h("strong", null, `${a.from} → ${a.to} of `, name(a.class))),
        h("div", { className: "todo" }, `${seconds(a.alarm.beforeP50Seconds)} before, ${seconds(a.alarm.nowP50Seconds)} since `, when(a.alarm.since), " on the median. ", pick(a, choose, "Show")))))),
    panel("Arcs by device class", smallTable("Arcs by device class", [
      ["device class", a => name(a.class)],
      ["arc", a => pick(a, choose, `${a.from} → ${a.to}`)],
      ["drift", a => a.alarm ? state("warning", "slower") : "none"],
      ["median", a => seconds(a.p50Seconds), true],
      ["99 % stay below", a => a.p99BoundSeconds === null ? h("span", { className: "soft" }, "too few samples") : seconds(a.p99BoundSeconds), true],
      ["largest", a => seconds(a.largestSeconds), true],
      ["samples", a => count(a.samples), true],
    ], rows, "No arc was measured yet.")), detail);
  const wanted = arcs.find(a => a.class === params.get("class") && `${a.from}->${a.to}` === params.get("arc")) ?? arcs.find(a => a.class === params.get("class")) ?? rows[0];
  if (wanted) await showArc(detail, signal, wanted);
}

// A link, so that it can be opened elsewhere; here it shows the arc below.
const pick = (arc, choose, text) => h("a", {
  href: to("devices", "", { class: arc.class, arc: `${arc.from}->${arc.to}` }),
  onclick: async e => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    (await choose(arc))?.scrollIntoView({ block: "nearest" });
  },
}, text);

async function showArc(box, signal, arc) {
  try {
    const series = await get(`/v1/arcs/series${query({ class: arc.class, from: arc.from, to: arc.to })}`, signal);
    const x = series.points.map(p => Date.parse(p.at) / 1000);
    const values = series.points.map(p => p.seconds);
    const half = Math.floor(values.length / 2);
    const cut = series.alarm ? series.points.findIndex(p => p.at >= series.alarm.since) : half;
    const slowest = series.points.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
    put(box, panel(`${arc.from} → ${arc.to} of ${arc.class}`,
      facts(["samples", `${count(values.length)}, the latest`], ["median", seconds(arc.p50Seconds)], ["99 % stay below", arc.p99BoundSeconds === null ? "too few samples to say" : seconds(arc.p99BoundSeconds)],
        series.alarm && ["drift alarm", ["raised at ", when(series.alarm.raisedAt), "; it began at ", when(series.alarm.since)]]),
      timeChart(signal, "Latency over time", x, [
        { label: "one arc", colour: "accent", points: true, values },
        { label: "running median of 25", colour: "critical", values: median(values, 25) },
      ], { isLog: true, onPick: i => series.points[i].attempt && (location.hash = to("attempts", series.points[i].attempt)) }),
      spread(series.alarm ? "Before the change, and since" : "The earlier half, and the later", [
        { label: series.alarm ? "before" : "earlier", tone: "soft", values: values.slice(0, cut) }, { label: series.alarm ? "since" : "later", tone: "accent", values: values.slice(cut) },
      ]),
      h("h3", null, "The slowest"),
      smallTable("The slowest", [
        ["time", p => when(p.at)], ["took", p => seconds(p.seconds), true], ["device", p => name(p.device)], ["host", p => p.host ? name(p.host) : "–"],
        ["machine", p => p.machine ? link(to("machines", p.machine), name(p.machine)) : "–"], ["attempt", p => p.attempt ? link(to("attempts", p.attempt), "inputs") : "–"],
      ], slowest)));
    return box.firstElementChild;
  } catch (e) {
    if (e.name !== "AbortError") put(box, trouble(e));
    return null;
  }
}

function median(values, width) {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - width + 1), i + 1).sort((a, b) => a - b);
    return near[Math.floor(near.length / 2)];
  });
}
