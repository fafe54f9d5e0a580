// The frame: who has signed in, where one is, whether what is shown is live.

import { h, put, link } from "./lib/dom.js";
import { offset } from "./lib/format.js";
import { get, send, session } from "./lib/api.js";
import { here, to } from "./lib/route.js";
import { stream } from "./lib/stream.js";
import { heading, sentence, trouble } from "./lib/parts.js";
import { showSignIn } from "./pages/signin.js";

const PAGES = {
  fleet: ["Fleet", async () => (await import("./pages/fleet.js")).fleet],
  migrations: ["Migrations", async () => {
    const page = await import("./pages/migration.js");
    return (root, signal, id) => (id ? page.migration : page.migrations)(root, signal, id);
  }],
  plans: ["Plans", async () => (await import("./pages/plans.js")).plans],
  devices: ["Devices", async () => (await import("./pages/devices.js")).devices],
  calibration: ["Calibration", async () => (await import("./pages/calibration.js")).calibration],
  ledger: ["Ledger", async () => (await import("./pages/ledger.js")).ledger],
  machines: [null, async () => (await import("./pages/machine.js")).machine],
  attempts: [null, async () => (await import("./pages/attempt.js")).attempt],
};

const main = h("main", { id: "main", tabindex: "-1" });
const nav = h("nav", { "aria-label": "Pages" });
const live = h("p", { className: "live", role: "status" });
const who = h("div", { className: "who" });
const cut = h("div", { className: "cut-off", role: "alert", hidden: true });
let leaving = null;

function frame() {
  put(document.body,
    h("button", { type: "button", className: "skip", onclick: () => main.focus() }, "Skip to the page"),
    h("header", { className: "top" }, link(to("fleet"), h("span", { className: "brand" }, "planner")), nav, h("div", { className: "side" }, live, who)),
    cut, main);
}

async function show() {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const { page, id } = here();
  put(nav, h("ul", null, Object.entries(PAGES).filter(([, [title]]) => title).map(([key, [title]]) => h("li", null, h("a", { href: to(key), "aria-current": key === page ? "page" : null }, title)))));
  const [title, load] = PAGES[page] ?? [];
  document.title = `${id ? `${id} · ` : ""}${title ?? page} · planner`;
  // A box of its own for each page: what an earlier one still has to say does not reach it.
  const root = h("div", { className: `page ${page}` });
  put(main, root);
  if (!load) {
    put(root, heading("There is no such page"), sentence(`The dashboard has no page '${page}'.`), link(to("fleet"), "To the fleet"));
    return;
  }
  try {
    const open = await load();
    if (!signal.aborted) await open(root, signal, id);
  } catch (e) {
    if (!signal.aborted) put(root, heading(title ?? page), trouble(e, show));
  }
}

function showLive() {
  const words = { live: "live", connecting: "connecting …", cut: "cut off" };
  const zone = `times in ${Intl.DateTimeFormat().resolvedOptions().timeZone} (${offset(new Date())})`;
  put(live, h("span", { className: `dot ${stream.state}`, "aria-hidden": "true" }), words[stream.state], h("span", { className: "zone" }, ` · ${zone}`));
  const isCut = stream.state === "cut";
  if (isCut && cut.hidden) put(cut, "The connection to the service is cut. What is shown is as it was; it goes on by itself as soon as the service can be reached.");
  cut.hidden = !isCut;
}

function showWho() {
  put(who, h("span", null, `${session.name} (${session.scope})`), session.name === "local" ? null : h("button", {
    type: "button",
    onclick: async () => {
      await send("DELETE", "/v1/session");
      signOut("You have signed out.");
    },
  }, "Sign out"));
}

let isOut = true;

function signOut(why) {
  if (isOut) return;
  isOut = true;
  leaving?.abort();
  session.scope = null;
  put(who);
  put(nav);
  showSignIn(put(main, h("div", { className: "page" })).firstElementChild, why, begin);
}

async function begin() {
  try {
    Object.assign(session, await get("/v1/session"));
  } catch (e) {
    if (e.status === 401) return;
    put(main, heading("planner"), trouble(e, begin));
    return;
  }
  isOut = false;
  showWho();
  stream.start();
  await show();
}

addEventListener("hashchange", async () => {
  if (isOut) return;
  await show();
  // Who reads with the ears hears where he is.
  main.querySelector("h1")?.focus({ preventScroll: true });
  scrollTo(0, 0);
});
addEventListener("signed-out", e => {
  isOut = false;
  signOut(e.detail);
});
stream.addEventListener("state", showLive);
frame();
showLive();
begin();
