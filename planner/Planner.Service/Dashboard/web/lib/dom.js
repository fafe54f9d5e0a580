// Builds elements. Text is only ever text: nothing that comes from outside becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties, listeners (onclick), attributes (aria-label, data-x) and children. */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);

/** The same for SVG. */
export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "css") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name in element && !(element instanceof SVGElement) && name !== "list" && name !== "role" && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts children in the place of those that are there, unless they are the same. Who stood on a link or a button stands on it again, and what was open stays open. */
export function put(element, ...children) {
  const fresh = element.cloneNode(false);
  add(fresh, children);
  if (fresh.isEqualNode(element) && !fresh.querySelector(".chart")) return element;
  const focused = element.contains(document.activeElement) && document.activeElement !== element ? key(document.activeElement) : null;
  const open = [...element.querySelectorAll("details")].map(d => d.open);
  element.replaceChildren(...fresh.childNodes);
  element.querySelectorAll("details").forEach((d, i) => d.open = open[i] ?? d.open);
  if (focused !== null) [...element.querySelectorAll("a, button, input, select, summary, [tabindex]")].find(e => key(e) === focused)?.focus({ preventScroll: true });
  return element;
}

const key = element => `${element.tagName} ${element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent}`;

/** A name that somebody gave: in its own direction of writing, cut where there is no room, whole when pointed at. */
export const name = text => h("bdi", { className: "name", title: text }, text);

/** A link to a page of the dashboard. */
export const link = (href, ...children) => h("a", { href }, ...children);
