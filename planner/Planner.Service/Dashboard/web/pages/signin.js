// Signing in: a token is exchanged once for a cookie that no script can read.

import { h, put } from "../lib/dom.js";
import { signIn } from "../lib/api.js";
import { trouble } from "../lib/parts.js";

/** Shows the form; done() is called once somebody has signed in. */
export function showSignIn(root, why, done) {
  const said = h("div", { "aria-live": "polite" });
  const token = h("input", { id: "token", type: "password", autocomplete: "off", spellcheck: "false", required: true, maxlength: "300" });
  const button = h("button", { type: "submit", className: "primary" }, "Sign in");
  const form = h("form", {
    className: "sign-in",
    onsubmit: async e => {
      e.preventDefault();
      button.disabled = true;
      try {
        await signIn(token.value.trim());
        token.value = "";
        done();
      } catch (problem) {
        put(said, trouble(problem));
        button.disabled = false;
        token.focus();
      }
    },
  },
  h("h1", { tabindex: "-1" }, "Sign in"), why ? h("p", { role: "status" }, why) : null,
  h("p", null, "Paste a token of this service. It is exchanged for a session of twelve hours and kept nowhere; 'planner token create --scope read' makes one."),
  h("label", { className: "field", for: "token" }, h("span", null, "Token")), token, said, h("div", { className: "buttons" }, button));
  put(root, form);
  token.focus();
}
