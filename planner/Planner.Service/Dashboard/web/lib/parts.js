// What several pages show.

import { h, put, link } from "./dom.js";
import { seconds, share } from "./format.js";
import { Problem } from "./api.js";

/** A part of a page with a heading. */
export function panel(title, ...children) {
  const id = `part-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return h("section", { className: "panel", "aria-labelledby": id }, h("h2", { id }, title), ...children);
}

/** Pairs of what and how much. */
export const facts = (...pairs) => h("dl", { className: "facts" }, pairs.filter(Boolean).map(([what, value]) => h("div", null, h("dt", null, what), h("dd", null, value))));

/** A sentence in the place of what cannot be shown. */
export const sentence = (text, tone = "") => h("p", { className: `sentence ${tone}` }, text);

/** Says what went wrong, and lets it be tried again. */
export function trouble(error, again) {
  const said = error instanceof Problem ? error.message : `The page has a fault: ${error.message}`;
  return h("div", { className: "trouble", role: "alert" }, h("p", null, said), again ? h("button", { type: "button", onclick: again }, "Try again") : null);
}

/** A small table of what fits on a page. Columns: [title, cell(row), isNumber]. */
export function smallTable(label, columns, rows, empty = "Nothing yet.") {
  if (rows.length === 0) return sentence(empty);
  return h("div", { className: "scroll", tabindex: "0", role: "group", "aria-label": label }, h("table", null,
    h("thead", null, h("tr", null, columns.map(([title, , isNumber]) => title === "" ? h("td") : h("th", { scope: "col", className: isNumber ? "number" : null }, title)))),
    h("tbody", null, rows.map(row => h("tr", null, columns.map(([, cell, isNumber]) => h("td", { className: isNumber ? "number" : null }, cell(row))))))));
}

/** What is left of a budget, as a bar with its figure. */
export function budget(leftShare) {
  if (leftShare === null || leftShare === undefined) return "–";
  const left = Math.max(0, Math.min(1, leftShare));
  const tone = leftShare <= 0 ? "serious" : leftShare < 0.25 ? "warning" : "good";
  return h("span", { className: "budget" }, h("span", { className: `bar ${tone}`, "aria-hidden": "true" }, h("span", { css: { width: `${left * 100}%` } })), leftShare < 0 ? "overdrawn" : share(Math.round(leftShare * 1000) / 1000));
}

/** A promise in words. */
export const promise = (limitSeconds, confidence) => limitSeconds === null || limitSeconds === undefined ? "nothing promised" : `${seconds(limitSeconds)} at ${share(confidence)}`;

/** A choice that stands in the address. */
export function choice(label, values, chosen, changed) {
  const select = h("select", { onchange: e => changed(e.target.value) }, values.map(([value, shown]) => h("option", { value, selected: value === chosen }, shown)));
  return h("label", { className: "field" }, h("span", null, label), select);
}

/** A text that stands in the address. */
export function textField(label, value, changed, placeholder = "") {
  let waiting = 0;
  const input = h("input", {
    type: "search", value, placeholder, maxlength: "200", autocomplete: "off", spellcheck: "false",
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => changed(input.value.trim()), 200);
    },
  });
  return h("label", { className: "field" }, h("span", null, label), input);
}

/** Where one is: the way up, and the name. */
export const heading = (title, up, ...beside) => h("header", { className: "head" }, up ? h("p", { className: "up" }, link(up[0], `← ${up[1]}`)) : null, h("h1", { tabindex: "-1" }, title), ...beside);

/** Asks before something is changed: says what will be done, first. The answer comes from work(), whose trouble is shown in place. */
export function confirm(title, body, does, work) {
  const said = h("div", { "aria-live": "polite" });
  const go = h("button", { type: "button", className: "primary" }, does);
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" },
    h("h2", { id: "dialog-title" }, title), h("div", { className: "body" }, body), said,
    h("div", { className: "buttons" }, h("button", { type: "button", onclick: () => dialog.close() }, "Leave it as it is"), go));
  go.addEventListener("click", async () => {
    go.disabled = true;
    try {
      await work();
      dialog.close();
    } catch (e) {
      put(said, trouble(e));
      go.disabled = false;
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A button for what needs a scope; without it, it says so. */
export function actionButton(label, allowed, scope, onclick) {
  return allowed
    ? h("button", { type: "button", onclick }, label)
    : h("button", { type: "button", disabled: true, title: `This needs the scope '${scope}'.` }, label, h("span", { className: "why" }, ` (needs '${scope}')`));
}
