// Where one is stands in the address, behind '#': a link shows what I see.

/** The page, what it is about, and how it is set. */
export function here() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page = "fleet", ...rest] = path.split("/");
  let id = rest.join("/");
  try {
    id = decodeURIComponent(id);
  } catch {
    // Somebody typed it: then it is what was typed.
  }
  return { page: page || "fleet", id, params: new URLSearchParams(search) };
}

/** The address of a page. */
export function to(page, id = "", params = {}) {
  const set = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return `#/${page}${id ? `/${encodeURIComponent(id)}` : ""}${set.length ? `?${new URLSearchParams(set)}` : ""}`;
}

/** Notes how the page is set, without going anywhere. */
export function note(params) {
  const { page, id, params: now } = here();
  for (const [key, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === "") now.delete(key);
    else now.set(key, value);
  }
  history.replaceState(history.state, "", to(page, id, Object.fromEntries(now)));
}
