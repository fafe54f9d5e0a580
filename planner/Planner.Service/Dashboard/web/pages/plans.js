// Plans for the fleet: made, and looked at; and whether a host may be rebooted.

import { h, put, name, link } from "../lib/dom.js";
import { count, plural, seconds, share, state, when } from "../lib/format.js";
import { all, find, may, segment, send } from "../lib/api.js";
import { to } from "../lib/route.js";
import { actionButton, choice, confirm, heading, panel, sentence, smallTable, trouble } from "../lib/parts.js";
import { keepFresh } from "./fleet.js";
import { plan } from "./plan.js";

const MOST_SHOWN = 50;
const NONE = "This service has no plans: it does not know the calls of /v1/plans. 'planner plan' makes plans on the command line.";

export function plans(root, signal, id) {
  if (id) {
    plan(root, signal, id);
    return;
  }
  const [list, make, hosts] = [h("div"), h("div"), h("div")];
  put(root, heading("Plans"), panel("Is it safe to reboot?", hosts), panel("Plans", list), panel("Make a plan", make));
  let isMade = false;
  let [nodes, closed, shown] = [[], [], MOST_SHOWN];
  const showHosts = () => reboots(hosts, nodes, closed, shown, () => {
    shown += MOST_SHOWN;
    showHosts();
  });
  keepFresh(signal, async () => {
    let page;
    [page, nodes, closed] = await Promise.all([find("/v1/plans?limit=100", signal), all("/v1/nodes", signal), all("/v1/maintenance", signal)]);
    if (page === null) {
      put(list, sentence(NONE));
      put(make, sentence("There is nothing to make them with here."));
    } else {
      put(list, table(page.items));
      if (!isMade) put(make, maker(nodes));
      isMade = true;
    }
    showHosts();
  }, e => put(list, trouble(e)));
}

const table = items => smallTable("Plans", [
  ["made", p => link(to("plans", p.id), when(p.createTime))],
  ["what", p => [p.kind, p.emptied?.length > 0 ? [": ", p.emptied.slice(0, 4).map((n, i) => [i ? ", " : "", name(n)]), p.emptied.length > 4 ? " …" : ""] : null]],
  ["state", p => state(p.state)],
  ["feasible", p => p.feasible ? state("good", "yes") : state("serious", "not as asked")],
  ["takes, 19 of 20 times", p => seconds(p.makespanP95Seconds), true],
  ["in time", p => share(p.probabilityInTime), true],
  ["cannot move", p => p.blocked.length > 0 ? state("warning", count(p.blocked.length)) : "0", true],
  ["says", p => h("span", { className: "cut", title: p.statusDetail ?? p.reason }, p.statusDetail ?? p.reason)],
], items, "No plan was made yet.");

/** What each host answers to "may it be rebooted?", read at this moment: those in maintenance first, since a host that takes machines is never safe. */
function reboots(box, nodes, closed, shown, more) {
  const read = new Map(closed.map(m => [m.node, m]));
  const open = nodes.filter(n => !read.has(n.name)).map(n => ({ node: n.name, state: "Running", reason: "It takes machines: empty it first.", blockers: [] }));
  const known = [...closed, ...open];
  const said = known.length === 0 ? null : sentence(`${plural(closed.filter(m => m.state === "SafeToReboot").length, "host is", "hosts are")} safe to reboot, of ${count(known.length)}.`);
  put(box, said, smallTable("Is it safe to reboot?", [
    ["host", m => link(to("fleet", "", { node: m.node }), name(m.node))],
    ["state", m => state(m.state, { SafeToReboot: "safe to reboot", Running: "running: not safe", Draining: "draining: not yet", Blocked: "blocked: not safe" }[m.state])],
    ["empty in", m => m.etaSeconds ? `${seconds(m.etaSeconds.p50)} to ${seconds(m.etaSeconds.p95)}` : "–"],
    ["why", m => m.reason],
    ["who blocks, and what to do", m => m.blockers.length === 0 ? "–" : h("ul", { className: "plain" }, m.blockers.slice(0, 5).map(b => h("li", null, link(to("machines", b.machine), name(b.machine)), `: ${b.reason} ${b.cheapestChange ? `Cheapest change: ${b.cheapestChange}.` : ""}`)), m.blockers.length > 5 ? h("li", null, `and ${m.blockers.length - 5} more`) : null)],
    ["plan", m => m.plan ? link(to("plans", m.plan), "its plan") : "–"],
    ["", m => m.state === "Running"
      ? actionButton("Empty it …", may("admin"), "admin", () => empty(m.node))
      : actionButton("Take machines again …", may("admin"), "admin", () => confirm(`Let ${m.node} take machines again?`, h("p", null, "Its maintenance ends. A plan that empties this host alone is called off; what has moved stays where it is."),
        "End the maintenance", () => send("DELETE", `/v1/nodes/${segment(m.node)}/maintenance`)))],
  ], known.slice(0, shown), "No host is registered."), known.length > shown
    ? h("button", { type: "button", onclick: more }, `Show ${count(Math.min(MOST_SHOWN, known.length - shown))} more of ${count(known.length - shown)}`) : null);
}

const empty = node => confirm(`Empty ${node} for maintenance?`, [
  h("p", null, `${node} takes no machines from now on. A plan is made of what is registered, and carried out at once: its machines move to other hosts, each only within its SLA. Machines that cannot move within it run on, and are named.`),
], "Empty it", () => send("PUT", `/v1/nodes/${segment(node)}/maintenance`, { state: "Draining" }));

/** Makes a plan of a task for what is registered. Nothing moves before it is applied. */
function maker(nodes) {
  if (nodes.length < 2) return sentence("A plan needs at least two hosts that are registered.");
  const wish = { host: nodes[0].name, within: "4h", approval: "none" };
  const said = h("div", { "aria-live": "polite" });
  const make = async task => {
    put(said, sentence("Planning …"));
    try {
      const made = await send("POST", `/v1/plans?approval=${wish.approval}`, { task }, { "Idempotency-Key": crypto.randomUUID() });
      location.hash = to("plans", made.id);
    } catch (e) {
      put(said, trouble(e));
    }
  };
  return [
    sentence("A plan says which machine goes where and when, how sure it is that all is done in time, and who cannot move. Nothing moves before it is applied."),
    h("div", { className: "filters" },
      choice("Host", nodes.map(n => [n.name, n.name]), wish.host, v => wish.host = v),
      choice("Within", [["1h", "1 h"], ["4h", "4 h"], ["12h", "12 h"], ["24h", "1 d"]], wish.within, v => wish.within = v),
      choice("To be approved", [["none", "nothing"], ["waves", "each wave"], ["steps", "each step"]], wish.approval, v => wish.approval = v),
      actionButton("Plan to empty it", may("operate"), "operate", () => make({ drain: [wish.host], finishWithin: wish.within })),
      actionButton("Plan to reboot all hosts", may("operate"), "operate", () => make({ upgrade: "all", reboot: "10m" }))), said];
}
