// One attempt: who, why, and from which inputs. Its decisions are made again from what was recorded.

import { h, put, name, link } from "../lib/dom.js";
import { bytes, rate, seconds, share, state, when, word } from "../lib/format.js";
import { find, get, segment } from "../lib/api.js";
import { to } from "../lib/route.js";
import { facts, heading, panel, promise, sentence, smallTable, trouble } from "../lib/parts.js";
import { termTable } from "../lib/terms.js";

export async function attempt(root, signal, id) {
  const up = [to("ledger"), "Ledger"];
  put(root, heading("Attempt", up), sentence("Asking the service …"));
  let a;
  let operation;
  try {
    [a, operation] = await Promise.all([get(`/v1/attempts/${segment(id)}`, signal), find(`/v1/migrations/${segment(id)}`, signal)]);
  } catch (e) {
    if (e.name !== "AbortError") put(root, heading("Attempt", up), trouble(e, () => location.reload()));
    return;
  }
  put(root, heading(h("span", null, "Attempt to migrate ", link(to("machines", a.machine), name(a.machine))), up),
    facts(
      ["outcome", state(a.outcome)], ["kind", a.attemptKind ?? "not known"], ["promise", a.sla ? [link(to("calibration", "", { sla: a.sla }), name(a.sla)), ", ", promise(a.limitSeconds, a.confidence)] : "nothing promised"],
      ["asked by", name(a.askedBy ?? "not known")], ["began", when(a.started)], ["ended", when(a.ended)], ["rule", a.rule ?? "not known"], ["identifier", h("code", null, a.attemptId)],
      a.recovers && ["recovers", link(to("attempts", a.recovers), a.recovers)], operation && ["as a migration", link(to("migrations", id), "its gates over time")]),
    sentence(a.reason, `said ${a.outcome === "completed" ? "good" : "warning"}`),
    panel("Pauses of the guest", pauses(a)),
    a.decisions.length === 0 ? panel("Decisions", sentence("No decision was kept.")) : a.decisions.map((d, i) => decision(a, d, i, operation)),
    panel("Sides and traffic", sides(a)),
    panel("Scores", smallTable("Scores", [
      ["part", s => s.span], ["predicted", s => seconds(s.predictedSeconds), true], ["happened", s => `${seconds(s.actualSeconds)}${s.cutOff ? ", and was cut off" : ""}`, true], ["actual / predicted", s => (s.actualSeconds / s.predictedSeconds).toFixed(2), true],
    ], a.scores, "It left no score.")),
    sentence("The inputs of each decision are kept with it; 'planner attempts' with the identifier prints the same on the command line."));
}

const pauses = a => facts(
  ["paused in all", a.pausedSeconds === null ? "not known" : [a.limitExceeded ? h("strong", { className: "serious" }, `${seconds(a.pausedSeconds)}, longer than promised`) : seconds(a.pausedSeconds)]],
  a.pausedAtMostSeconds !== null && a.pausedAtMostSeconds !== a.pausedSeconds && ["at the most", seconds(a.pausedAtMostSeconds)],
  ["limit", seconds(a.limitSeconds)],
  a.blackoutSeconds !== null && ["blackout of the switchover", seconds(a.blackoutSeconds)],
  a.vainQuiesceSeconds > 0 && ["in quiesces taken back", seconds(a.vainQuiesceSeconds)],
  a.failedCommitSeconds > 0 && ["in switchovers that failed", seconds(a.failedCommitSeconds)],
  a.pausedFrom && ["counted from", a.pausedFrom]);

function decision(a, d, i, operation) {
  const e = d.explained;
  // What happened belongs to the last decision of gate 1.
  const happened = i === a.decisions.findLastIndex(x => x.gate === 1) ? operation?.terms : null;
  return panel(`Decision ${i + 1} of ${a.decisions.length}: ${d.verdict ?? "not known"}`,
    facts(["gate", d.gate ?? "not known"], ["after", seconds(d.afterSeconds)], ["verdict", state(d.verdict, d.verdict ?? "not known")], ["method", d.method ?? "no bound"],
      ["median", seconds(d.predictedSeconds)], ["bound", seconds(d.boundSeconds)], ["limit", seconds(e?.limitSeconds ?? a.limitSeconds)],
      e && ["evidence", `${e.evidence.have} of ${e.evidence.need} ${e.evidence.of}`], e?.blackout.missProbability !== null && e?.blackout.missProbability !== undefined && ["chance of a miss", share(e.blackout.missProbability)],
      e?.dominant && ["largest part", e.dominant], e?.binding && ["held against", word(e.binding)]),
    sentence(d.reason),
    e?.wouldCommitIf.length > 0 ? [h("p", null, "It would commit if:"), h("ul", null, e.wouldCommitIf.map(change => h("li", null, change)))] : null,
    e ? termTable(merge(e.terms, happened), { p50Seconds: e.blackout.p50Seconds, boundSeconds: e.blackout.boundSeconds, actualSeconds: happened ? a.blackoutSeconds : null })
      : sentence("Its input was not kept, or this planner cannot read it: the terms cannot be shown."));
}

const merge = (terms, happened) => terms.map(t => ({ ...t, actualSeconds: happened?.find(x => x.term === t.term && x.device === t.device)?.actualSeconds ?? null }));

const sides = a => [smallTable("Sides", [
  ["", s => s[0]], ["host", s => s[1].host ? name(s[1].host) : "–"], ["address", s => h("code", null, s[1].address)], ["class", s => s[1].class ?? "–"],
], [["source", a.source], ["destination", a.destination]]), facts(
  ["sent while it ran", bytes(a.traffic.preCopyBytes)], ["at", rate(a.traffic.preCopyBytesPerSecond)], ["sent while it stood", bytes(a.traffic.stopBytes)], ["at", rate(a.traffic.stopBytesPerSecond)],
  a.traffic.throttlePercent ? ["slowed down by", `${a.traffic.throttlePercent} %`] : null)];
