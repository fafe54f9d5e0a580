// The first page: what is wrong and what to do, what moves, whether promises are kept, and every machine with the reason why it stays.

import { h, put, name, link } from "../lib/dom.js";
import { count, plain, plural, seconds, share, state, when, word } from "../lib/format.js";
import { get } from "../lib/api.js";
import { here, note, to } from "../lib/route.js";
import { onChanges, stream } from "../lib/stream.js";
import { budget, choice, heading, panel, promise, sentence, smallTable, textField, trouble } from "../lib/parts.js";
import { virtualTable } from "../lib/table.js";

const REFRESH_MS = 2000;
const ORDER = ["needsPerson", "overLimit", "held", "stayed", "moving", "queued", "noClass", "window", "fine"];
const STILL = ["held", "stayed", "window"];
const MOST_MOVING = 20;

const COLUMNS = [
  { key: "name", title: "machine", width: "minmax(9rem,1.4fr)", narrow: "main", order: m => m.name, cell: m => link(to("machines", m.name), name(m.name)) },
  { key: "state", title: "state", width: "9.5rem", narrow: "second", order: m => ORDER.indexOf(m.state), cell: m => state(m.state) },
  { key: "node", title: "host", width: "minmax(5rem,.7fr)", order: m => m.node, cell: m => m.node ? name(m.node) : "–" },
  { key: "sla", title: "class", width: "minmax(4rem,.6fr)", order: m => m.sla, cell: m => m.sla ? name(m.sla) : "–" },
  { key: "left", title: "budget left", width: "8.5rem", order: m => m.leftShare, cell: m => budget(m.leftShare) },
  { key: "reason", title: "why", width: "minmax(10rem,3fr)", narrow: "second", cell: m => m.reason ? h("span", { className: "cut", title: m.change ? `${m.reason}\n${m.change}` : m.reason }, plain(m.reason)) : "" },
  { key: "last", title: "last attempt", width: "11rem", order: m => m.lastEnded, cell: m => m.lastEnded ? link(to("attempts", m.migration ?? ""), when(m.lastEnded)) : "–" },
];

export function fleet(root, signal) {
  const { params } = here();
  const wanted = { state: params.get("state") ?? "", sla: params.get("sla") ?? "", node: params.get("node") ?? "", q: params.get("q") ?? "" };
  const parts = { sum: h("p", { className: "sum", role: "status" }), findings: h("div"), moving: h("div"), classes: h("div"), hosts: h("div"), filters: h("div", { className: "filters" }), found: h("p", { className: "soft", role: "status" }) };
  const table = virtualTable("Machines", COLUMNS, params.get("sort") ?? "state");
  table.addEventListener("sorted", e => note({ sort: e.detail }));
  let view = null;
  const filter = change => {
    Object.assign(wanted, change);
    note(wanted);
    showMachines(view, wanted, table, parts.found);
  };
  const loading = sentence("Asking the service …");
  put(root, heading("Fleet"), loading);

  let byName = new Map();
  const take = fresh => {
    const isFirst = view === null;
    view = fresh;
    byName = new Map(view.machines.map(m => [m.name, m]));
    put(parts.sum, summary(view));
    show(parts.findings, [view.findings, view.machines.length === 0], () => findings(view));
    showMoving(view, parts.moving);
    show(parts.classes, view.classes, () => classes(view));
    show(parts.hosts, view.hosts, () => hosts(view));
    if (isFirst) {
      put(parts.filters, filters(view, wanted, filter));
      put(root, heading("Fleet", null, parts.sum), panel("What is wrong, and what to do", parts.findings), panel("Moving now", parts.moving),
        h("div", { className: "beside" }, panel("Promises by class", parts.classes), panel("Hosts", parts.hosts)), panel("Machines", parts.filters, parts.found, table));
    }
    showMachines(view, wanted, table, parts.found);
    if (isFirst) requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("fleet-painted")));
  };

  keepFresh(signal, async () => take(await get("/v1/fleet", signal)), e => view === null && put(root, heading("Fleet"), trouble(e, () => location.reload())));
  onChanges(signal, changes => {
    if (view === null) return;
    const touched = new Set();
    const moving = new Map(view.moving.map(o => [o.id, o]));
    for (const { kind, data } of changes) {
      if (!kind.startsWith("migration.")) continue;
      if (data.state === "done") moving.delete(data.id);
      else moving.set(data.id, data);
      const row = byName.get(data.machine);
      if (row === undefined || data.state === "done") continue;
      row.state = data.state === "running" ? "moving" : "queued";
      row.reason = data.statusDetail;
      row.migration = data.id;
      touched.add(row);
    }
    if (touched.size === 0 && moving.size === view.moving.length) return;
    view.moving = [...moving.values()];
    showMoving(view, parts.moving);
    table.refresh(touched);
  });
}

/** Builds a part anew only if what it is made of has changed. */
function show(box, value, build) {
  const text = JSON.stringify(value);
  if (shown.get(box) === text) return;
  shown.set(box, text);
  put(box, build());
}

const shown = new WeakMap();

/** Asks again when something has changed, at most every two seconds, and not while nobody looks. */
export function keepFresh(signal, load, failed) {
  let isLoading = false;
  let isOld = true;
  let last = -Infinity;
  let timer = 0;
  const ask = async () => {
    if (isLoading || !isOld || document.hidden || signal.aborted) return;
    const wait = last + REFRESH_MS - performance.now();
    if (wait > 0) {
      timer ||= setTimeout(() => {
        timer = 0;
        ask();
      }, wait);
      return;
    }
    [isLoading, isOld, last] = [true, false, performance.now()];
    try {
      await load();
    } catch (e) {
      if (e.name !== "AbortError") failed(e);
    }
    isLoading = false;
    ask();
  };
  const again = () => {
    isOld = true;
    ask();
  };
  stream.addEventListener("changes", again, { signal });
  stream.addEventListener("lost", again, { signal });
  stream.addEventListener("state", () => stream.state === "live" && again(), { signal });
  document.addEventListener("visibilitychange", ask, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  ask();
}

function summary(view) {
  const urgent = view.findings.filter(f => f.severity === "critical" || f.severity === "serious").length;
  const rest = view.findings.length - urgent;
  const wrong = view.findings.length === 0 ? "Nothing is wrong." : urgent > 0
    ? `${plural(urgent, "thing needs", "things need")} attention now${rest > 0 ? `, and ${rest} more should be known` : ""}.`
    : `Nothing is urgent; ${plural(rest, "thing", "things")} should be known.`;
  const fine = view.machines.filter(m => m.state === "fine").length;
  return `${wrong} ${plural(view.moving.filter(o => o.state === "running").length, "migration is", "migrations are")} under way. ${count(fine)} of ${plural(view.machines.length, "machine is", "machines are")} fine.`;
}

function findings(view) {
  if (view.findings.length === 0) return sentence(view.machines.length === 0
    ? "No machine is registered yet: put hosts and machines with PUT /v1/nodes and /v1/machines (see /docs)."
    : "Nothing is wrong: no machine needs a person, promises are kept, and nothing that was asked to move stays.", view.machines.length === 0 ? "" : "good");
  return h("ol", { className: "findings" }, view.findings.map(f => h("li", { className: f.severity },
    h("div", { className: "what" }, state(f.severity, f.severity), h("strong", null, f.what)), f.why ? h("p", { className: "reason" }, f.why) : null,
    h("div", { className: "todo" }, h("span", { className: "label" }, "What to do: "), f.todo, " ", link(f.link, "Show")))));
}

function showMoving(view, box) {
  if (view.moving.length === 0) {
    put(box, sentence("Nothing moves, and nothing waits."));
    return;
  }
  const rows = view.moving.slice(0, MOST_MOVING);
  put(box, smallTable("Moving now", [
    ["machine", o => link(to("migrations", o.id), name(o.machine))],
    ["from → to", o => [name(o.sourceNode ?? "?"), " → ", name(o.destinationNode ?? "elsewhere")]],
    ["class", o => name(o.sla)],
    ["phase", o => h("span", { className: "progress" }, h("progress", { max: 1, value: o.progress, "aria-label": `${o.machine}: progress` }), ` ${word(o.phase)}`)],
    ["bound / limit", o => o.latestDecision?.boundSeconds ? `${seconds(o.latestDecision.boundSeconds)} / ${seconds(o.limitSeconds)}` : `– / ${seconds(o.limitSeconds)}`, true],
    ["left", o => o.etaSeconds ? `${seconds(o.etaSeconds.p50)} to ${seconds(o.etaSeconds.p95)}` : "–", true],
    ["says", o => h("span", { className: "cut", title: o.statusDetail ?? "" }, plain(o.statusDetail))],
  ], rows), view.moving.length > MOST_MOVING ? link(to("migrations"), `and ${count(view.moving.length - MOST_MOVING)} more`) : null);
}

const classes = view => smallTable("Promises by class", [
  ["class", c => link(to("calibration", "", { sla: c.sla }), name(c.sla))],
  ["promise", c => promise(c.limitSeconds, c.confidence)],
  ["kept", c => c.paused > 0 ? h("span", { title: `${c.violations} of ${c.paused} pauses were over the limit` }, share(1 - c.violations / c.paused), h("span", { className: "soft" }, ` of ${count(c.paused)}`)) : "no pause yet", true],
  ["budget left", c => budget(c.leftShare)],
  ["machines", c => link(to("fleet", "", { sla: c.sla }), count(c.machines)), true],
  ["held", c => c.held > 0 ? link(to("fleet", "", { sla: c.sla, state: "still" }), count(c.held)) : "0", true],
], view.classes, "There is no class.");

const hosts = view => smallTable("Hosts", [
  ["host", n => link(to("fleet", "", { node: n.name }), name(n.name))],
  ["machines", n => count(n.machines), true],
  ["moving", n => count(n.moving), true],
  ["held", n => count(n.held), true],
  ["in trouble", n => n.troubled > 0 ? state("serious", count(n.troubled)) : "0", true],
], view.hosts, "No host is registered.");

function filters(view, wanted, changed) {
  const some = (values, all) => [["", all], ...values.map(v => [v, v])];
  return [
    textField("Find", wanted.q, q => changed({ q }), "name or reason"),
    choice("State", [["", "all"], ["still", "does not move"], ...ORDER.map(s => [s, word(s)])], wanted.state, v => changed({ state: v })),
    choice("Class", some(view.classes.map(c => c.sla), "all"), wanted.sla, v => changed({ sla: v })),
    choice("Host", some(view.hosts.map(n => n.name), "all"), wanted.node, v => changed({ node: v })),
  ];
}

function showMachines(view, wanted, table, found) {
  if (view === null) return;
  const q = wanted.q.toLowerCase();
  const rows = !q && !wanted.state && !wanted.sla && !wanted.node ? view.machines : view.machines.filter(m =>
    (!wanted.state || (wanted.state === "still" ? STILL.includes(m.state) : m.state === wanted.state)) && (!wanted.sla || m.sla === wanted.sla) && (!wanted.node || m.node === wanted.node)
    && (!q || m.name.toLowerCase().includes(q) || m.reason?.toLowerCase().includes(q)));
  const said = rows.length === view.machines.length ? plural(rows.length, "machine", "machines") : `${count(rows.length)} of ${plural(view.machines.length, "machine", "machines")}`;
  if (found.textContent !== said) found.textContent = said;
  table.rows = rows === view.machines ? rows.slice() : rows;
}
