// A machine: what it is, what is left of its budget, why it does not move, and every attempt.

import { h, put, name, link } from "../lib/dom.js";
import { plain, plural, seconds, share, state, when } from "../lib/format.js";
import { find, get, send, segment, query, may } from "../lib/api.js";
import { to } from "../lib/route.js";
import { actionButton, budget, choice, confirm, facts, heading, panel, sentence, smallTable, trouble } from "../lib/parts.js";
import { keepFresh } from "./fleet.js";

const MOST_ATTEMPTS = 25;

export function machine(root, signal, id) {
  const parts = { head: h("div"), why: h("div"), budget: h("div"), attempts: h("div") };
  const act = h("div");
  put(root, heading(name(id), [to("fleet"), "Fleet"]), sentence("Asking the service …"));
  let isShown = false;
  keepFresh(signal, async () => {
    const [found, budgets, attempts, running] = await Promise.all([
      find(`/v1/machines/${segment(id)}`, signal), get(`/v1/budgets${query({ machine: id })}`, signal), get(`/v1/attempts${query({ machine: id, limit: MOST_ATTEMPTS })}`, signal),
      get(`/v1/migrations${query({ machine: id, limit: 1 })}`, signal),
    ]);
    if (!isShown) {
      isShown = true;
      put(root, heading(name(id), [to("fleet"), "Fleet"]), parts.head, panel("Why it does not move, or does", parts.why), panel("Move it", act), panel("Budget of paused seconds", parts.budget), panel("Attempts", parts.attempts));
      put(act, found ? await mover(id, found, signal) : sentence("What is not registered cannot be moved from here."));
    }
    put(parts.head, found ? about(found) : sentence(attempts.items.length > 0
      ? "This machine is not registered (any more). The ledger still has its attempts."
      : "There is no such machine, and the ledger has no attempt of it. It may have been renamed or taken out of service.", "warning"));
    put(parts.why, why(found, attempts.items[0], running.items[0]));
    put(parts.budget, budgetOf(budgets.machines));
    put(parts.attempts, attemptTable(attempts));
  }, e => put(root, heading(name(id), [to("fleet"), "Fleet"]), trouble(e, () => location.reload())));
}

const about = m => facts(
  ["host", m.node ? link(to("fleet", "", { node: m.node }), name(m.node)) : "not known"],
  ["class", m.sla ? link(to("calibration", "", { sla: m.sla }), name(m.sla)) : "none selects it"],
  [m.target ? "monitor" : "devices", (m.target ? [m.target] : m.devices ?? []).map(a => h("code", { className: "line" }, a))],
  ["labels", Object.entries(m.labels).map(([key, value]) => h("code", { className: "label" }, `${key}=${value}`))],
  ["goes to", Object.entries(m.startDestination?.readyAt ?? {}).filter(([node]) => node !== m.node).map(([node]) => name(node)).flatMap((n, i) => i ? [", ", n] : [n])],
  ["changed", when(m.changed)],
);

function why(found, last, running) {
  if (running && running.state !== "done") {
    return [h("p", null, state(running.state), " ", link(to("migrations", running.id), "Watch it live"), ` ${plain(running.statusDetail)}`)];
  }
  const said = [];
  if (found?.whyNot) {
    said.push(sentence(`It would not be tried now: ${found.whyNot.reason}`, "warning"), sentence(`The cheapest change: ${found.whyNot.cheapestChange}.`));
    if (found.whyNot.until) said.push(h("p", null, "Until ", when(found.whyNot.until)));
  } else if (found) {
    said.push(sentence(found.sla ? "Nothing speaks against trying it now; the gates decide on the evidence." : "No SLA class selects it: name a class when it is moved, or give it labels that a class selects."));
  }
  if (last) said.push(h("p", null, "Last attempt: ", state(last.outcome), " ", link(to("attempts", last.attemptId), when(last.ended)), ` ${plain(last.reason)}`));
  const cheapest = running?.state === "done" && running.cheapestChange;
  if (cheapest && last?.outcome === "stayed") said.push(sentence(`It would have moved with: ${cheapest}.`));
  return said.length ? said : sentence("Nothing is known of it.");
}

const budgetOf = budgets => budgets.length === 0 ? sentence("Its class has no budget of paused seconds, or it was never paused.") : budgets.map(b => facts(
  ["left", budget(b.remainingSeconds / b.budgetSeconds)],
  ["spent", `${seconds(b.spentSeconds)} of ${seconds(b.budgetSeconds)} in ${seconds(b.periodSeconds)}, in ${plural(b.attempts, "attempt", "attempts")}`],
  b.comesBack && ["some comes back", when(b.comesBack)]));

const attemptTable = page => [smallTable("Attempts", [
  ["ended", a => link(to("attempts", a.attemptId), when(a.ended))],
  ["outcome", a => state(a.outcome)],
  ["kind", a => a.attemptKind ?? "?"],
  ["class", a => a.sla ? name(a.sla) : "–"],
  ["limit", a => seconds(a.limitSeconds), true],
  ["bound", a => seconds(a.decisions.findLast(d => d.boundSeconds !== null)?.boundSeconds), true],
  ["paused", a => a.limitExceeded ? h("strong", { className: "serious" }, `${seconds(a.pausedSeconds)} (over)`) : seconds(a.pausedSeconds), true],
  ["reason", a => h("span", { className: "cut", title: a.reason }, plain(a.reason))],
], page.items, "It was never tried."), page.next ? h("p", null, link(to("ledger", "", { machine: page.items[0].machine }), "All of them, in the ledger")) : null];

/** Where to, and what would come of it. Nothing is changed before the answer was read. */
async function mover(id, found, signal) {
  const ready = Object.keys(found.startDestination?.readyAt ?? {});
  const nodes = (await get("/v1/nodes?limit=1000", signal)).items.filter(n => n.name !== found.node && (ready.length === 0 || ready.includes(n.name)));
  const policies = (await get("/v1/policies", signal)).items.map(p => p.metadata.name);
  if (nodes.length === 0) return sentence("No other host is known on which it could be: register one, and put its address into startDestination.readyAt of the machine.");
  const wish = { destination: nodes[0].name, sla: found.sla ?? policies[0] };
  const answer = h("div", { "aria-live": "polite" });
  const ask = async () => {
    put(answer, sentence("Asking its devices and the evidence …"));
    try {
      const forecast = await send("POST", "/v1/forecasts", { machine: id, ...wish });
      put(answer, told(forecast), h("div", { className: "buttons" }, actionButton("Migrate it …", may("operate"), "operate", () => migrate(id, wish, forecast))));
    } catch (e) {
      put(answer, trouble(e, ask));
    }
  };
  return [h("div", { className: "filters" },
    choice("To", nodes.map(n => [n.name, n.name]), wish.destination, v => wish.destination = v),
    choice("Class", policies.map(p => [p, p]), wish.sla, v => wish.sla = v),
    h("button", { type: "button", className: "primary", onclick: ask }, "What would come of it?")), answer];
}

const told = f => [
  h("p", null, state(f.feasible === "yes" ? "commit" : f.feasible === "no" ? "stay" : "notice", f.feasible === "yes" ? "it can move" : f.feasible === "no" ? "it would stay" : "not known"), ` ${f.reason}`),
  f.cheapestChange ? sentence(`The cheapest change: ${f.cheapestChange}.`) : null,
  facts(
    f.decision && ["bound / limit", `${seconds(f.decision.blackout.boundSeconds)} / ${seconds(f.decision.limitSeconds)} at ${share(f.decision.confidence)}`],
    f.decision && ["evidence", `${f.decision.evidence.have} of ${f.decision.evidence.need} ${f.decision.evidence.of}`],
    ["takes", f.durationSeconds ? `${seconds(f.durationSeconds.p50)} to ${seconds(f.durationSeconds.p95)}` : "not known"],
    ["may begin", f.earliestStart ? when(f.earliestStart) : "not known"],
    f.sharesWith.length > 0 && ["shares hosts or links with", f.sharesWith.map((o, i) => [i ? ", " : "", link(to("migrations", o), o)])]),
];

function migrate(id, wish, forecast) {
  // The same request twice is carried out once, however often the button is pressed.
  const key = crypto.randomUUID();
  confirm(`Migrate ${id} to ${wish.destination}?`, [
    h("p", null, `The service asks for a migration of ${id} to ${wish.destination} under the class ${wish.sla}. The guest is stopped only if the bound fits the limit at that moment; otherwise it stays RUNNING where it is.`),
    h("p", null, forecast.feasible === "yes" ? "By what is known now it would commit." : `By what is known now it would stay: ${forecast.reason}`),
  ], "Migrate it", async () => {
    const operation = await send("POST", "/v1/migrations", { machine: id, ...wish }, { "Idempotency-Key": key });
    location.hash = to("migrations", operation.id);
  });
}
