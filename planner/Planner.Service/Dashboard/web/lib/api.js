// Calls of the service. What it refuses comes as a problem with one sentence.

export class Problem extends Error {
  constructor(status, detail, body) {
    super(detail);
    this.status = status;
    this.body = body;
  }
}

/** Who has signed in, and may do what. */
export const session = { name: "", scope: null };

const MOST_ON_A_PAGE = 1000;
const RANKS = { read: 0, operate: 1, admin: 2 };

/** Whether the one who looks may do what needs a scope. */
export const may = scope => session.scope !== null && RANKS[session.scope] >= RANKS[scope];

async function answer(response) {
  if (response.ok) return response.status === 204 ? null : response.json();
  let body = null;
  try {
    body = await response.json();
  } catch {
    // A proxy answers in its own way.
  }
  const problem = new Problem(response.status, body?.detail ?? `The service answered ${response.status}.`, body);
  if (response.status === 401) window.dispatchEvent(new CustomEvent("signed-out", { detail: problem.message }));
  throw problem;
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Problem(0, "The service cannot be reached; what is shown may be old.");
  }
  return answer(response);
}

/** Asks for something. */
export const get = (path, signal) => call(path, { signal });

/** Asks for something that may not be there; null if it is not. */
export async function find(path, signal) {
  try {
    return await get(path, signal);
  } catch (e) {
    if (e.status === 404) return null;
    throw e;
  }
}

/** Asks for all pages of a list. */
export async function all(path, signal) {
  const items = [];
  for (let after = ""; after !== null;) {
    const page = await get(`${path}${query({ limit: MOST_ON_A_PAGE, after })}`, signal);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}

/** Changes something. */
export const send = (method, path, body, headers = {}) => call(path, {
  method, body: body === undefined ? undefined : JSON.stringify(body), headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
});

/** Exchanges a token for a cookie. The token is kept nowhere. */
export async function signIn(token) {
  const response = await fetch("/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }) });
  if (!response.ok) throw new Problem(response.status, (await response.json().catch(() => null))?.detail ?? "The service did not take the token.");
  return response.json();
}

/** A query from what is set. */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return set.length ? `?${new URLSearchParams(set)}` : "";
}

export const segment = encodeURIComponent;
