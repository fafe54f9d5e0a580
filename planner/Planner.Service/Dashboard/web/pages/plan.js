// A plan live: when what moves, what there was to choose from, who cannot move, and what one may do about it.

import { h, put, name, link } from "../lib/dom.js";
import { count, seconds, share, state, when } from "../lib/format.js";
import { find, may, segment, send } from "../lib/api.js";
import { to } from "../lib/route.js";
import { actionButton, confirm, facts, heading, panel, sentence, smallTable, trouble } from "../lib/parts.js";
import { front, gantt } from "../lib/gantt.js";
import { keepFresh } from "./fleet.js";

const UP = [to("plans"), "All plans"];

export function plan(root, signal, id) {
  put(root, heading("Plan", UP), sentence("Asking the service …"));
  const parts = { head: h("div"), does: h("div", { className: "buttons" }), chart: h("div"), front: h("div"), blocked: h("div"), hosts: h("div"), steps: h("div") };
  let now = null;
  const load = async () => {
    now = await find(`/v1/plans/${segment(id)}`, signal);
    if (now === null) {
      put(root, heading("Plan", UP), sentence("This service has no such plan.", "warning"));
      return;
    }
    const steps = [...now.moves ?? [], ...now.reboots ?? []];
    put(parts.head, about(now), sentence(now.statusDetail ?? now.reason, `said ${now.feasible ? "" : "warning"}`));
    put(parts.does, actions(now, load));
    put(parts.chart, gantt(now, steps));
    put(parts.front, front(now.choices ?? []));
    put(parts.blocked, blocked(now.blocked));
    put(parts.hosts, hosts(now));
    put(parts.steps, stepTable(now, steps, load));
    if (!parts.head.isConnected) {
      put(root, heading(`Plan to ${verb(now)}`, UP, parts.does), parts.head, panel("When what moves", parts.chart), panel("Who cannot move, and what would change that", parts.blocked),
        panel("Hosts", parts.hosts), panel("What there was to choose from", parts.front), panel("Steps", parts.steps));
    }
  };
  keepFresh(signal, load, e => now === null ? put(root, heading("Plan", UP), trouble(e, () => location.reload())) : put(parts.does, trouble(e, load)));
}

const verb = p => ({ drain: `empty ${(p.emptied ?? []).join(", ") || "hosts"}`, upgrade: "reboot hosts", moveGiven: "move given machines", assess: "see who can move" }[p.kind] ?? p.kind);

const about = p => facts(
  ["state", state(p.state)], ["feasible", p.feasible ? state("good", "yes") : state("serious", "not as asked")],
  ["takes", `${seconds(p.makespanP50Seconds)} (half of the time) to ${seconds(p.makespanP95Seconds)} (19 of 20)`], ["no plan is faster than", seconds(p.lowerBoundSeconds)],
  p.probabilityInTime !== null && p.probabilityInTime !== undefined && ["in time", share(p.probabilityInTime)],
  p.etaSeconds && ["still takes", `${seconds(p.etaSeconds.p50)} to ${seconds(p.etaSeconds.p95)}`],
  ["asked by", [name(p.askedBy), " at ", when(p.createTime)]], p.applyTime && ["applied", when(p.applyTime)], p.notBefore && ["not before", when(p.notBefore)], p.endTime && ["ended", when(p.endTime)],
  ["approval", { none: "nothing needs it", waves: "each wave", steps: "each step" }[p.approval] ?? p.approval], p.replans > 0 && ["planned anew", `${p.replans} times, last at `, when(p.replanTime)], ["hash", h("code", null, p.hash)]);

/** Each says first what it will do. What the plan has become meanwhile is refused by its hash, with the difference. */
function actions(p, again) {
  const ask = (label, title, body, does, path, headers) => actionButton(`${label} …`, may("operate"), "operate", () => confirm(title, body, does, async () => {
    try {
      await send("POST", `/v1/plans/${segment(p.id)}/${path}`, undefined, headers);
    } catch (e) {
      const difference = e.body?.difference ?? [];
      if (difference.length > 0) e.message += ` ${difference.slice(0, 5).map(d => `${d.what}: planned ${d.planned}, now ${d.now}.`).join(" ")}`;
      throw e;
    }
    await again();
  }));
  const moves = p.moves?.length ?? 0;
  const paused = h("p", null, "What has moved stays where it is, and what runs comes to its end.");
  return [
    p.state === "planned" && p.kind !== "assess" && ask("Apply it", "Carry this plan out?", [
      h("p", null, `${count(moves)} machines move, one migration each, each only if its bound fits its SLA at that moment; ${count(p.blocked.length)} stay where they are. It takes up to ${seconds(p.makespanP95Seconds)}, 19 of 20 times.`),
      h("p", null, "If the fleet has changed since it was planned, nothing is begun, and the difference is shown.")], "Carry it out", "apply", { "If-Match": `"${p.hash}"` }),
    p.state === "running" && (p.moves ?? []).concat(p.reboots ?? []).some(s => s.state === "awaitingApproval" || s.state === "awaitingReboot") && ask("Approve what waits", "Let everything begin that waits for an approval?",
      h("ul", null, [...p.moves ?? [], ...p.reboots ?? []].filter(s => s.state === "awaitingApproval" || s.state === "awaitingReboot").slice(0, 20)
        .map(s => h("li", null, s.machine ? `${s.machine}: ${s.from} → ${s.to}` : `${s.from} was rebooted`))), "Approve", "approve"),
    p.state === "running" && ask("Pause", "Have nothing more begin?", paused, "Pause", "pause"),
    p.state === "paused" && ask("Resume", "Go on with this plan?", h("p", null, "The rest is planned anew from the fleet as it is now; nothing that is done moves again."), "Resume", "resume"),
    ["planned", "running", "paused"].includes(p.state) && ask("Cancel", "Call this plan off?", h("p", null, "Nothing more begins, and what can be called back is. What has moved stays where it is."), "Call it off", "cancel"),
  ].filter(Boolean);
}

const blocked = items => smallTable("Who cannot move", [
  ["machine", b => link(to("machines", b.machine), name(b.machine))], ["reason", b => b.reason], ["cheapest change", b => b.cheapestChange ?? "–"],
], items, "Everybody can move.");

function hosts(p) {
  const from = Object.keys(p.lastSafeStart ?? {});
  const names = [...new Set([...p.emptied ?? [], ...from])].sort();
  const begin = p.applyTime ? Math.max(Date.parse(p.applyTime), p.notBefore ? Date.parse(p.notBefore) : 0) : null;
  return smallTable("Hosts", [
    ["host", n => name(n)],
    ["moves", n => `${count((p.moves ?? []).filter(m => m.from === n && m.state === "done").length)} of ${count((p.moves ?? []).filter(m => m.from === n).length)} done`],
    ["can begin as late as", n => p.lastSafeStart?.[n] === null || p.lastSafeStart?.[n] === undefined ? "–" : begin === null ? `${seconds(p.lastSafeStart[n])} after it is applied` : when(new Date(begin + p.lastSafeStart[n] * 1000).toISOString())],
    ["", n => link(to("plans"), "Is it safe to reboot?")],
  ], names, "It empties no host.");
}

const MOST_STEPS = 500;

function stepTable(p, steps, again) {
  const ordered = steps.toSorted((a, b) => a.startSeconds - b.startSeconds || a.number - b.number);
  return [smallTable("Steps", [
    ["", s => `${s.number}`, true],
    ["what", s => s.machine ? link(to("machines", s.machine), name(s.machine)) : "reboot"],
    ["from → to", s => s.machine ? [name(s.from), " → ", name(s.to)] : name(s.from)],
    ["state", s => s.migration ? link(to("migrations", s.migration), state(STATES[s.state] ?? s.state, LABELS[s.state] ?? s.state)) : state(STATES[s.state] ?? s.state, LABELS[s.state] ?? s.state)],
    ["begins after", s => seconds(s.startSeconds), true],
    ["takes", s => s.machine ? `${seconds(s.p50Seconds)} to ${seconds(s.p95Seconds)}` : seconds(s.p50Seconds), true],
    ["says", s => h("span", { className: "long", title: s.reason ?? s.statusDetail ?? "" }, [s.reason ?? s.statusDetail ?? "", s.cheapestChange ? ` Cheapest change: ${s.cheapestChange}.` : ""])],
    ["", s => s.state === "awaitingApproval" || s.state === "awaitingReboot" ? actionButton(s.machine ? "Approve …" : "It was rebooted …", may("operate"), "operate", () => confirm(
      s.machine ? `Let ${s.machine} move from ${s.from} to ${s.to}?` : `Was ${s.from} rebooted?`, h("p", null, s.machine ? "Its migration begins as soon as its hosts and links are free." : "Machines may be moved onto it again."), s.machine ? "Approve" : "It was",
      async () => {
        await send("POST", `/v1/plans/${segment(p.id)}/approve`, { steps: [s.number] });
        await again();
      })) : ""],
  ], ordered.slice(0, MOST_STEPS), "Nothing moves."), ordered.length > MOST_STEPS ? sentence(`and ${count(ordered.length - MOST_STEPS)} more steps`) : null];
}

const STATES = { waiting: "queued", awaitingApproval: "warning", awaitingReboot: "warning", running: "running", done: "done", blocked: "stayed" };
const LABELS = { awaitingApproval: "waits for approval", awaitingReboot: "waits for the reboot", blocked: "stayed" };
