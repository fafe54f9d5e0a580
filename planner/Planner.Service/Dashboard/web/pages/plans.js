import { put } from "../lib/dom.js";
import { heading, sentence } from "../lib/parts.js";

export function plans(root) {
  put(root, heading("Plans"), sentence("This service has no plans."));
}
