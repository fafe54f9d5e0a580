// Every change, heard once a browser: one tab holds the connection, and tells the others. A browser opens no more than six connections to a
// host over HTTP/1.1; with one a tab the seventh tab would wait for ever.

const LOCK = "planner-events";
const CHANNEL = "planner-events";

// The service sends a heartbeat every 2 s where nothing else is to be told.
const SILENCE_MS = 4000;
const LOOK_MS = 250;
const FLUSH_MS = 50;
const SHOW_MS = 250;
const REOPEN_MS = [500, 1000, 2000, 4000];

/** What the service tells of; a test compares this with the service. */
export const KINDS = [
  "migration.queued", "migration.started", "migration.phase", "migration.decision", "migration.cancelRequested", "migration.destination", "migration.ended",
  "node.put", "node.deleted", "machine.put", "machine.deleted", "policy.put", "policy.deleted", "webhook.put", "webhook.deleted",
  "notice.pending", "notice.acknowledged", "notice.postponed", "notice.started",
  "plan.made", "plan.applied", "plan.approved", "plan.paused", "plan.resumed", "plan.cancelling", "plan.cancelled", "plan.progressed", "plan.replanned", "plan.done",
  "plan.step.waiting", "plan.step.awaitingApproval", "plan.step.running", "plan.step.awaitingReboot", "plan.step.done", "plan.step.blocked",
  "maintenance.begun", "maintenance.ended", "schedule.ran", "schedule.missed", "schedule.failed",
];

/** Tells 'changes' (a list of them, in their order), 'state' ('live', 'cut' or 'connecting') and 'lost' (more was missed than is kept). */
class ChangeStream extends EventTarget {
  state = "connecting";
  last = null;
  #heard = performance.now();
  #pending = [];
  #flush = 0;
  #source = null;
  #tries = 0;
  #channel = null;
  #isLeader = false;
  #isHeard = false;

  /** Begins to listen; only the first call does something. */
  start() {
    if (this.#channel) return;
    this.#channel = new BroadcastChannel(CHANNEL);
    this.#channel.onmessage = e => this.#hearTab(e.data);
    this.#channel.postMessage({ ask: true });
    setInterval(() => this.#look(), LOOK_MS);
    if (navigator.locks) navigator.locks.request(LOCK, () => new Promise(() => this.#lead()));
    else this.#lead();
  }

  get isLeader() {
    return this.#isLeader;
  }

  #lead() {
    this.#isLeader = true;
    this.#channel.postMessage({ who: true });
    this.#open();
  }

  #open() {
    this.#source?.close();
    const source = new EventSource(this.last === null ? "/v1/events" : `/v1/events?after=${this.last}`);
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      this.#hear("live");
    };
    source.onerror = () => this.#fail(source);
    const take = e => {
      if (e.lastEventId) this.last = Number(e.lastEventId);
      this.#heard = performance.now();
      this.#setState("live", false);
      this.#pending.push(e.data);
      this.#flush ||= setTimeout(() => this.#tell(), FLUSH_MS);
    };
    for (const kind of KINDS) source.addEventListener(kind, take);
    source.addEventListener("heartbeat", e => {
      this.last ??= JSON.parse(e.data).number;
      this.#hear("live");
    });
    source.addEventListener("lost", () => {
      this.#channel.postMessage({ lost: true });
      this.dispatchEvent(new Event("lost"));
    });
  }

  // The browser comes back by itself, with Last-Event-ID, unless the service refused or nothing was heard.
  async #fail(source) {
    this.#setState("cut", true);
    if (source.readyState !== EventSource.CLOSED || source !== this.#source) return;
    const wait = REOPEN_MS[Math.min(this.#tries++, REOPEN_MS.length - 1)];
    try {
      const response = await fetch("/v1/session", { credentials: "same-origin" });
      if (response.status === 401) {
        window.dispatchEvent(new CustomEvent("signed-out", { detail: (await response.json()).detail }));
      }
    } catch {
      // It is away: try again.
    }
    setTimeout(() => source === this.#source && this.#open(), wait);
  }

  #look() {
    const silent = performance.now() - this.#heard;
    if (silent < SILENCE_MS) return;
    this.#setState("cut", this.#isLeader);
    if (this.#isLeader && this.#source?.readyState === EventSource.OPEN) {
      // Open, and dead: a cable was pulled.
      this.#heard = performance.now();
      this.#open();
    }
  }

  #hear(state) {
    this.#heard = performance.now();
    this.#setState(state, false);
    if (this.#isLeader) this.#channel?.postMessage({ state, last: this.last });
  }

  #tell() {
    this.#flush = 0;
    const raw = this.#pending;
    this.#pending = [];
    if (this.#isLeader && this.#isHeard) this.#channel.postMessage({ raw, last: this.last });
    this.dispatchEvent(new CustomEvent("changes", { detail: raw.map(text => JSON.parse(text)) }));
  }

  #hearTab(message) {
    if (this.#isLeader) {
      // As long as no other tab has said that it is there, nobody is told.
      this.#isHeard = true;
      if (message.ask) this.#channel.postMessage({ state: this.state, last: this.last });
      return;
    }
    if (message.ask) return;
    if (message.who) {
      this.#channel.postMessage({ here: true });
      return;
    }
    if (message.here) return;
    if (message.last !== undefined && message.last !== null) this.last = message.last;
    if (message.lost) this.dispatchEvent(new Event("lost"));
    if (message.raw) {
      this.#pending.push(...message.raw);
      this.#flush ||= setTimeout(() => this.#tell(), 0);
    }
    if (message.state !== "cut") this.#heard = performance.now();
    this.#setState(message.state ?? "live", false);
  }

  #setState(state, isTold) {
    if (isTold && this.#isLeader) this.#channel?.postMessage({ state });
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

export const stream = new ChangeStream();

/** Calls back with all changes that came since the last picture: at most four times a second, which is as often as anybody reads, and before a picture is drawn. */
export function onChanges(signal, callback) {
  let waiting = [];
  let timer = 0;
  let last = -Infinity;
  const show = () => {
    timer = 0;
    last = performance.now();
    const changes = waiting;
    waiting = [];
    if (!signal.aborted) callback(changes);
  };
  stream.addEventListener("changes", e => {
    // Not spread into one call: there may be more than a call takes.
    for (const change of e.detail) waiting.push(change);
    timer ||= setTimeout(() => document.hidden ? show() : requestAnimationFrame(show), Math.max(0, last + SHOW_MS - performance.now()));
  }, { signal });
}
