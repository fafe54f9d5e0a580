// The ledger: every attempt, with search. A hundred thousand of them are read as one scrolls.

import { h, put, name, link } from "../lib/dom.js";
import { count, plain, seconds, state, when } from "../lib/format.js";
import { get, query } from "../lib/api.js";
import { here, note, to } from "../lib/route.js";
import { stream } from "../lib/stream.js";
import { choice, heading, panel, textField, trouble } from "../lib/parts.js";
import { virtualTable } from "../lib/table.js";

const PAGE = 200;
const OUTCOMES = ["completed", "completedOverLimit", "stayed", "recovered", "needsPerson"];

const COLUMNS = [
  { key: "ended", title: "ended", width: "14.5rem", narrow: "main", cell: a => link(to("attempts", a.attemptId), when(a.ended)) },
  { key: "machine", title: "machine", width: "minmax(6rem,1fr)", narrow: "second", cell: a => link(to("machines", a.machine), name(a.machine)) },
  { key: "outcome", title: "outcome", width: "11rem", narrow: "second", cell: a => a.attemptKind && a.attemptKind !== "migration" ? [state(a.outcome), ` ${a.attemptKind}`] : state(a.outcome) },
  { key: "sla", title: "class", width: "minmax(4rem,.5fr)", cell: a => a.sla ? name(a.sla) : "–" },
  { key: "bound", title: "bound", width: "5rem", isNumber: true, cell: a => seconds(a.decisions.findLast(d => d.boundSeconds !== null)?.boundSeconds) },
  { key: "paused", title: "paused", width: "5rem", isNumber: true, cell: a => a.limitExceeded ? h("strong", { className: "serious" }, seconds(a.pausedSeconds)) : seconds(a.pausedSeconds) },
  { key: "limit", title: "limit", width: "5rem", isNumber: true, cell: a => seconds(a.limitSeconds) },
  { key: "reason", title: "reason", width: "minmax(8rem,3fr)", cell: a => h("span", { className: "cut", title: a.reason }, plain(a.reason)) },
];

export function ledger(root, signal) {
  const { params } = here();
  const wanted = Object.fromEntries(["search", "machine", "sla", "outcome"].map(key => [key, params.get(key) ?? ""]));
  const table = virtualTable("Attempts, the latest first", COLUMNS);
  const said = h("p", { className: "soft", role: "status" });
  const fresh = h("div", { "aria-live": "polite" });
  let rows = [];
  let next = "";
  let reading = null;
  const read = async () => {
    if (reading || next === null) return;
    const mine = reading = new AbortController();
    signal.addEventListener("abort", () => mine.abort(), { signal: mine.signal });
    try {
      const page = await get(`/v1/attempts${query({ ...wanted, limit: PAGE, after: next })}`, mine.signal);
      rows = rows.concat(page.items);
      next = page.next;
      table.rows = rows;
      put(said, next === null ? `${count(rows.length)} attempts, all of them.` : `The latest ${count(rows.length)} attempts; more come as you scroll.`);
    } catch (e) {
      if (e.name !== "AbortError") put(said, trouble(e, read));
    } finally {
      if (reading === mine) reading = null;
    }
  };
  const again = () => {
    reading?.abort();
    [rows, next, reading] = [[], "", null];
    put(fresh);
    read();
  };
  const change = values => {
    Object.assign(wanted, values);
    note(wanted);
    again();
  };
  table.addEventListener("end", read, { signal });
  // What one reads does not move away under the eyes: new attempts are offered.
  stream.addEventListener("changes", e => e.detail.some(c => c.kind === "migration.ended") && fresh.childElementCount === 0
    && put(fresh, h("button", { type: "button", onclick: again }, "There are new attempts: show them")), { signal });
  const filters = h("div", { className: "filters" },
    textField("Search", wanted.search, search => change({ search }), "identifier, machine, host, address, caller or reason"),
    textField("Machine", wanted.machine, machine => change({ machine }), "its whole name"),
    textField("Class", wanted.sla, sla => change({ sla }), "its whole name"),
    choice("Outcome", [["", "all"], ...OUTCOMES.map(o => [o, state(o).lastChild.textContent])], wanted.outcome, outcome => change({ outcome })));
  put(root, heading("Ledger"), panel("Attempts", filters, said, fresh, table));
  read();
}
