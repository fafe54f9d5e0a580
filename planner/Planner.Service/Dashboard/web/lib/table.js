// A table of any length: only the rows that are seen are there.

import { h, put } from "./dom.js";

const ROW = 38;
const NARROW_ROW = 62;
const SPARE = 8;
const MOST_PRINTED = 2000;
const narrow = matchMedia("(max-width: 640px)");

/**
 * Columns: { key, title, cell(row), order(row)?, width, isNumber?, narrow: "main" | "second" | undefined }. The cell of the main column holds a link.
 * Set columns, rows, sort ("key" or "-key") and label; 'sorted' is told when a heading was chosen, 'end' when the last rows are seen.
 */
class VirtualTable extends HTMLElement {
  #columns = [];
  #rows = [];
  #shown = [];
  #sort = "";
  #pool = [];
  #asked = 0;
  #head = h("div", { role: "rowgroup", className: "vt-head" });
  #space = h("div", { role: "rowgroup", className: "vt-space" });
  #box = h("div", { className: "vt-box", role: "table", tabindex: "0" }, this.#head, this.#space);
  #stop = null;

  connectedCallback() {
    if (!this.#box.isConnected) this.append(this.#box);
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#box.addEventListener("scroll", () => this.#later(), { signal, passive: true });
    this.#box.addEventListener("keydown", e => this.#key(e), { signal });
    narrow.addEventListener("change", () => this.#layOut(), { signal });
    addEventListener("beforeprint", () => this.#print(true), { signal });
    addEventListener("afterprint", () => this.#print(false), { signal });
    const observer = new ResizeObserver(() => this.#later());
    observer.observe(this.#box);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#layOut();
  }

  disconnectedCallback() {
    this.#stop?.abort();
    cancelAnimationFrame(this.#asked);
    this.#asked = 0;
  }

  set label(text) {
    this.#box.setAttribute("aria-label", text);
  }

  set columns(columns) {
    this.#columns = columns;
    this.#layOut();
  }

  set sort(sort) {
    this.#sort = sort;
    this.#order();
  }

  set rows(rows) {
    this.#rows = rows;
    this.#order();
  }

  get rows() {
    return this.#rows;
  }

  /** Draws rows anew that were changed in place, as far as they are seen; their order stays until there are other rows. */
  refresh(changed) {
    for (const row of this.#pool) if (changed.has(row.drawn)) row.drawn = null;
    this.#later();
  }

  get #height() {
    return narrow.matches ? NARROW_ROW : ROW;
  }

  #order() {
    const key = this.#sort.replace(/^-/, "");
    const column = this.#columns.find(c => c.key === key && c.order);
    this.#shown = this.#rows;
    if (column) {
      const turn = this.#sort.startsWith("-") ? -1 : 1;
      const keyed = this.#rows.map((row, i) => [column.order(row), i, row]);
      // What is not known comes last, whichever way.
      keyed.sort(([a, i], [b, j]) => a === b ? i - j : a === null || a === undefined ? 1 : b === null || b === undefined ? -1 : (a < b ? -1 : 1) * turn);
      this.#shown = keyed.map(([, , row]) => row);
    }
    this.#heads();
    this.#later();
  }

  #layOut() {
    this.classList.toggle("narrow", narrow.matches);
    this.#pool = [];
    this.#space.replaceChildren();
    this.style.setProperty("--columns", this.#columns.map(c => c.width ?? "1fr").join(" "));
    this.style.setProperty("--row", `${this.#height}px`);
    this.#order();
  }

  #heads() {
    const key = this.#sort.replace(/^-/, "");
    put(this.#head, h("div", { role: "row", className: "vt-row" }, this.#columns.map(column => {
      const isSorted = column.key === key;
      const direction = isSorted ? (this.#sort.startsWith("-") ? "descending" : "ascending") : null;
      return h("div", { role: "columnheader", "aria-sort": direction, className: column.isNumber ? "number" : null },
        column.order
          ? h("button", { type: "button", onclick: () => this.#choose(column.key) }, column.title, h("span", { "aria-hidden": "true" }, direction === "ascending" ? " ▲" : direction === "descending" ? " ▼" : ""))
          : column.title);
    })));
  }

  #choose(key) {
    this.sort = this.#sort === key ? `-${key}` : key;
    this.#head.querySelectorAll("button")[this.#columns.filter(c => c.order).findIndex(c => c.key === key)]?.focus();
    this.dispatchEvent(new CustomEvent("sorted", { detail: this.#sort }));
  }

  #later() {
    this.#asked ||= requestAnimationFrame(() => {
      this.#asked = 0;
      this.#draw();
    });
  }

  #draw(from, until) {
    const height = this.#height;
    const first = from ?? Math.max(0, Math.floor(this.#box.scrollTop / height) - SPARE);
    const last = until ?? Math.min(this.#shown.length, Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / height) + SPARE);
    this.#box.setAttribute("aria-rowcount", this.#shown.length + 1);
    this.#space.style.setProperty("height", `${this.#shown.length * height}px`);
    const free = this.#pool.filter(row => row.index < first || row.index >= last);
    const held = new Map(this.#pool.filter(row => row.index >= first && row.index < last).map(row => [row.index, row]));
    for (let i = first; i < last; i++) {
      const row = held.get(i) ?? free.pop() ?? this.#newRow();
      if (row.index !== i) {
        row.index = i;
        row.element.setAttribute("aria-rowindex", i + 2);
        row.element.style.setProperty("top", `${i * height}px`);
      }
      if (row.drawn !== this.#shown[i]) {
        row.drawn = this.#shown[i];
        this.#columns.forEach((column, c) => put(row.cells[c], column.cell(row.drawn)));
      }
      row.element.hidden = false;
    }
    for (const row of free) {
      row.index = -1;
      row.drawn = null;
      row.element.hidden = true;
    }
    if (last >= this.#shown.length) this.dispatchEvent(new Event("end"));
  }

  #newRow() {
    const cells = this.#columns.map(column => h("div", { role: "cell", className: [column.isNumber ? "number" : "", column.narrow ?? "wide"].join(" ") }));
    const row = { element: h("div", { role: "row", className: "vt-row" }, cells), cells, index: -1, drawn: null };
    this.#pool.push(row);
    this.#space.append(row.element);
    return row;
  }

  // Up and down go from row to row, by the link of its main column.
  #key(e) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity }[e.key];
    if (step === undefined || e.altKey || e.ctrlKey || e.metaKey || this.#head.contains(e.target)) return;
    const now = this.#pool.find(row => row.index >= 0 && row.element.contains(document.activeElement))?.index;
    const index = Math.max(0, Math.min(this.#shown.length - 1, now === undefined && Number.isFinite(step) ? Math.floor(this.#box.scrollTop / this.#height) : (now ?? 0) + step));
    e.preventDefault();
    const top = index * this.#height;
    const room = this.#box.clientHeight - this.#head.offsetHeight - this.#height;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (top > this.#box.scrollTop + room) this.#box.scrollTop = top - room;
    this.#draw();
    this.#pool.find(row => row.index === index)?.element.querySelector("a")?.focus({ preventScroll: true });
  }

  #print(isPrinting) {
    this.classList.toggle("printed", isPrinting);
    if (isPrinting) this.#draw(0, Math.min(this.#shown.length, MOST_PRINTED));
    else this.#draw();
  }
}

customElements.define("virtual-table", VirtualTable);

/** A table of any length. */
export function virtualTable(label, columns, sort = "") {
  const table = document.createElement("virtual-table");
  table.label = label;
  table.columns = columns;
  table.sort = sort;
  return table;
}
