// A migration live: its gates with their verdicts and reasons, the bound falling towards the limit, and what was predicted beside what happened.

import { h, put, name, link } from "../lib/dom.js";
import { plain, seconds, state, when, word } from "../lib/format.js";
import { get, send, segment, may } from "../lib/api.js";
import { to } from "../lib/route.js";
import { onChanges } from "../lib/stream.js";
import { actionButton, confirm, facts, heading, panel, sentence, smallTable, trouble } from "../lib/parts.js";
import { timeChart } from "../lib/chart.js";
import { termTable } from "../lib/terms.js";
import { keepFresh } from "./fleet.js";

const PHASES = ["queued", "opening", "preparing", "preCopy", "quiescing", "stopCopy", "resuming", "ended"];
const CANCELLABLE = ["queued", "opening", "preparing", "preCopy", "quiescing"];
const MOST_GATES = 100;

export function migration(root, signal, id) {
  put(root, heading("Migration", [to("migrations"), "All migrations"]), sentence("Asking the service …"));
  const parts = { head: h("div"), says: h("div", { "aria-live": "polite" }), chart: h("div"), gates: h("div"), terms: h("div") };
  let now = null;
  let points = [];
  let drawn = null;
  let shown = -1;
  const show = () => {
    put(parts.head, steps(now, points), about(now));
    put(parts.says, says(now));
    put(parts.terms, now.terms
      ? termTable(now.terms, { ...points.findLast(p => p.gate === 1), actualSeconds: now.state === "done" ? now.pausedSeconds : null })
      : sentence("The terms are shown with the first decision that explains itself."));
    put(parts.gates, gates(points));
    if (points.length !== shown) {
      shown = points.length;
      drawn?.abort();
      drawn = new AbortController();
      put(parts.chart, bound(drawn.signal, points, now));
    }
    if (!parts.head.isConnected) {
      put(root, heading(h("span", null, "Migration of ", link(to("machines", now.machine), name(now.machine))), [to("migrations"), "All migrations"], buttons(id, () => now)), parts.head, parts.says,
        panel("The bound and the limit", parts.chart), panel("Gates", parts.gates), panel("Predicted and actual", parts.terms));
    }
  };
  signal.addEventListener("abort", () => drawn?.abort());
  keepFresh(signal, async () => {
    [now, points] = await Promise.all([get(`/v1/migrations/${segment(id)}`, signal), get(`/v1/migrations/${segment(id)}/decisions`, signal)]);
    show();
  }, e => now === null && put(root, heading("Migration", [to("migrations"), "All migrations"]), trouble(e)));
  onChanges(signal, changes => {
    const own = changes.filter(c => c.migration === id);
    if (own.length === 0 || now === null) return;
    for (const { kind, data } of own) {
      now = data;
      if (kind === "migration.decision" && data.latestDecision && !points.some(p => p.at === data.latestDecision.at)) points.push(data.latestDecision);
    }
    show();
  });
}

function steps(o, points) {
  const reached = o.state === "done" ? PHASES.length - 1 : PHASES.indexOf(o.phase);
  // What stayed went back from the last gate that it was asked at.
  const came = o.state !== "done" || o.outcome?.startsWith("completed") ? reached : points.some(p => p.gate === 2) ? PHASES.indexOf("quiescing") + 1 : points.length > 0 ? PHASES.indexOf("preCopy") + 1 : 1;
  return h("ol", { className: "steps", "aria-label": "Phases" }, PHASES.map((phase, i) => h("li", {
    className: i < came && i !== reached ? "past" : i === reached ? "now" : "", "aria-current": i === reached ? "step" : null,
  }, i === reached && o.phase === "goingBack" ? "going back" : word(phase))));
}

const about = o => facts(
  ["state", state(o.outcome ?? o.state)],
  ["from", [name(o.sourceNode ?? "?"), " ", h("code", null, name(o.source))]],
  ["to", [name(o.destinationNode ?? "elsewhere"), " ", h("code", null, name(o.destination))]],
  ["promise", [link(to("calibration", "", { sla: o.sla }), name(o.sla)), `, at most ${seconds(o.limitSeconds)}`]],
  ["asked by", [name(o.askedBy ?? "?"), " at ", when(o.createTime)]],
  o.startTime && ["began", when(o.startTime)],
  o.endTime ? ["ended", when(o.endTime)] : ["still takes", o.etaSeconds ? `${seconds(o.etaSeconds.p50)} (half of the time) to ${seconds(o.etaSeconds.p95)} (19 of 20)` : "not known yet"],
  o.pausedSeconds !== null && o.pausedSeconds !== undefined && ["guest paused", `${seconds(o.pausedSeconds)} of ${seconds(o.limitSeconds)}`],
  o.attemptId && ["in the ledger", link(to("attempts", o.attemptId), "the attempt with its inputs")],
  o.shadow && ["shadow", "nothing is committed"],
);

function says(o) {
  if (o.state !== "done") return sentence(plain(o.statusDetail) || (o.state === "queued" ? "It waits for its turn." : "It runs; no decision was made yet."), "said");
  return [sentence(plain(o.reason) || "It is over.", `said ${o.outcome === "completed" ? "good" : "warning"}`), o.cheapestChange ? sentence(`It would have moved with: ${o.cheapestChange}.`, "said") : null];
}

function bound(signal, points, o) {
  const known = points.filter(p => p.boundSeconds !== null || p.p50Seconds !== null);
  if (known.length === 0) return sentence(points.length > 0 ? `No bound yet: ${points[points.length - 1].reason}` : "No gate was asked yet.");
  const x = known.map(p => Date.parse(p.at) / 1000);
  const last = known[known.length - 1];
  const words = last.boundSeconds === null ? "" : last.boundSeconds <= o.limitSeconds
    ? `The bound of ${seconds(last.boundSeconds)} fits the limit of ${seconds(o.limitSeconds)}.`
    : `The bound of ${seconds(last.boundSeconds)} is ${seconds(last.boundSeconds - o.limitSeconds)} over the limit of ${seconds(o.limitSeconds)}.`;
  return [h("p", null, words), timeChart(signal, "Bound on the blackout", x, [
    { label: "bound", colour: "accent", values: known.map(p => p.boundSeconds), steps: known.length > 1, points: known.length === 1 },
    { label: "median", colour: "good", values: known.map(p => p.p50Seconds), points: known.length === 1 },
    { label: "limit", colour: "critical", dash: true, values: known.map(p => p.limitSeconds ?? o.limitSeconds), points: known.length === 1 },
  ])];
}

const gates = points => smallTable("Gates", [
  ["time", p => when(p.at)],
  ["gate", p => p.gate === null ? "?" : p.gate === 1 ? "1, before anything stops" : "2, with everything quiesced"],
  ["verdict", p => state(p.verdict, p.verdict ?? "?")],
  ["bound", p => seconds(p.boundSeconds), true],
  ["limit", p => seconds(p.limitSeconds), true],
  ["reason", p => h("span", { className: "long", title: p.reason }, plain(p.reason))],
], points.slice(-MOST_GATES).reverse(), "No gate was asked yet.");

const buttons = (id, now) => h("div", { className: "buttons" }, now().state === "done" ? null : actionButton("Cancel it …", may("operate"), "operate", () => confirm(
  `Call the migration of ${now().machine} back?`,
  [h("p", null, CANCELLABLE.includes(now().phase)
    ? `It is in the phase ${word(now().phase)}, before its commit point: the machine stays on ${now().sourceNode ?? "its source"}, and everything that was prepared on the other side is undone. What was sent so far has to be sent again next time.`
    : `It is in the phase ${word(now().phase)}, past its commit point: the service will say that it can no longer be called back.`)],
  "Call it back", () => send("POST", `/v1/migrations/${segment(id)}/cancel`))));

/** All migrations, the latest first. */
export function migrations(root, signal) {
  const box = h("div");
  put(root, heading("Migrations"), box);
  keepFresh(signal, async () => {
    const page = await get("/v1/migrations?limit=200", signal);
    put(box, panel("The latest 200", smallTable("Migrations", [
      ["asked for", o => link(to("migrations", o.id), when(o.createTime))],
      ["machine", o => link(to("machines", o.machine), name(o.machine))],
      ["from → to", o => [name(o.sourceNode ?? "?"), " → ", name(o.destinationNode ?? "elsewhere")]],
      ["class", o => name(o.sla)],
      ["state", o => state(o.outcome ?? o.state)],
      ["phase", o => o.state === "done" ? "" : word(o.phase)],
      ["paused", o => seconds(o.pausedSeconds), true],
      ["says", o => h("span", { className: "cut", title: o.reason ?? o.statusDetail ?? "" }, plain(o.reason ?? o.statusDetail))],
    ], page.items, "No migration was asked for yet.")));
  }, e => put(box, trouble(e)));
}
