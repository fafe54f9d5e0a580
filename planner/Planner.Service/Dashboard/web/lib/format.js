// Figures and times as people read them.

import { h } from "./dom.js";

export const NOTHING = "–";

const three = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** A length of time; from an hour on in two units. */
export function seconds(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${sign}${three(size * 1e6)} µs`;
  if (size < 1) return `${sign}${three(size * 1e3)} ms`;
  if (size < 120) return `${sign}${three(size)} s`;
  if (size < 7200) return `${sign}${Math.floor(size / 60)} min ${Math.round(size % 60)} s`;
  if (size < 172800) return `${sign}${Math.floor(size / 3600)} h ${Math.round((size % 3600) / 60)} min`;
  return `${sign}${Math.floor(size / 86400)} d ${Math.round((size % 86400) / 3600)} h`;
}

export function bytes(value) {
  if (value === null || value === undefined) return NOTHING;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return unit === 0 ? `${value} B` : `${three(value)} ${units[unit]}`;
}

export const rate = value => value === null || value === undefined ? NOTHING : `${bytes(value)}/s`;

/** A share as a percentage, with as many digits as it takes to tell it from 100 %. */
export function share(value) {
  if (value === null || value === undefined) return NOTHING;
  const percent = value * 100;
  const digits = percent > 99.9 && percent < 100 ? 3 : Math.abs(percent - Math.round(percent)) < 1e-9 ? 0 : percent > 99 || percent < 1 ? 2 : 1;
  return `${percent.toFixed(digits)} %`;
}

export const count = value => value === null || value === undefined ? NOTHING : value.toLocaleString("en");

export const plural = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`;

const two = value => String(Math.floor(Math.abs(value))).padStart(2, "0");

/** How far the reader's clocks are from UTC at a moment, such as +01:00. */
export function offset(date) {
  const minutes = -date.getTimezoneOffset();
  return `${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

const clock = date => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
const day = date => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** A moment in the reader's zone with the offset; the day is left out if it is today. */
export function time(text, isWhole = false) {
  if (!text) return NOTHING;
  const date = new Date(text);
  const isToday = !isWhole && day(date) === day(new Date());
  return `${isToday ? "" : `${day(date)} `}${clock(date)} ${offset(date)}`;
}

/** A moment as an element that machines can read, too. */
export const when = text => text ? h("time", { datetime: text, title: `${time(text, true)} · ${new Date(text).toISOString()}` }, time(text)) : NOTHING;

const WORDS = {
  needsPerson: "needs a person", overLimit: "over the limit", moving: "moving", queued: "waiting", held: "held back", stayed: "stayed", window: "window closed", noClass: "no class", fine: "fine",
  completed: "completed", completedOverLimit: "completed over limit", recovered: "recovered", done: "done", running: "running", planned: "planned", paused: "paused", cancelling: "being called off", cancelled: "called off",
  opening: "opening", preparing: "preparing", preCopy: "pre-copy", quiescing: "quiescing", stopCopy: "stop-copy", resuming: "resuming", goingBack: "going back", ended: "ended",
};

/** A word of the service in plain words. */
export const word = text => WORDS[text] ?? text ?? NOTHING;

const TONES = {
  needsPerson: "critical", critical: "critical", overLimit: "serious", serious: "serious", completedOverLimit: "serious", abort: "serious", Blocked: "serious", failed: "serious",
  held: "warning", stayed: "warning", warning: "warning", stay: "warning", throttle: "warning", recovered: "warning", noClass: "notice", planned: "notice", paused: "warning", cancelling: "warning", cancelled: "notice", window: "notice", queued: "notice", notice: "notice",
  moving: "moving", running: "moving", Draining: "moving", goingBack: "warning", good: "good", completed: "good", commit: "good", fine: "good", SafeToReboot: "good", done: "good",
};
const MARKS = { critical: "■", serious: "▲", warning: "◆", notice: "●", moving: "►", good: "✓" };

/** A state as a word with a mark and a colour: never by colour alone. */
export function state(text, shown = word(text)) {
  const tone = TONES[text] ?? "notice";
  return h("span", { className: `state ${tone}` }, h("span", { "aria-hidden": "true", className: "mark" }, MARKS[tone]), shown);
}

export const tone = text => TONES[text] ?? "notice";

/** What a decision says, without its verdict before it: that is shown beside it. */
export const plain = text => (text ?? "").replace(/^(?:(?:stay|commit|throttle|abort): )+/i, "");
