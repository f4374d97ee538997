/**
 * Owns <ringbridge-wallboard>: the whole site for supervisors, live. Draws what the server says and nothing else;
 * however many boards arrive, each frame of the screen draws the newest one once.
 *
 * Attributes: `server` (address of the server, default: the page's own), `lang` (`en`, `ja`).
 * Theme:      the custom properties of ../theme.css, and `::part()`: queue, agents, calls.
 */
import { formatDuration } from "../duration.js";
import { Session } from "../session.js";
import { load } from "../sheets.js";
import { chooseLanguage, speaker } from "../strings.js";
import { fill, keep } from "../rows.js";
import { STRINGS } from "./strings.js";
import { TEMPLATE, agentRow, callRow, queueCard } from "./template.js";

/** Ages are written in seconds. */
const TICK_MS = 1_000;

const sheets = await load(import.meta.url, "../theme.css", "wallboard.css");

class Wallboard extends HTMLElement {
  static observedAttributes = ["lang"];

  #session;
  #root;
  #board = null;
  #receivedAt = 0;
  #frame = null;
  #ticking = null;
  #leaving = null;
  #say = speaker("en", STRINGS);

  constructor() {
    super();
    this.#root = this.attachShadow({ mode: "open" });
    this.#root.adoptedStyleSheets = sheets;
    this.#root.append(TEMPLATE.content.cloneNode(true));
  }

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#session = Session.of(this);
    this.#session.addEventListener("message", ({ detail }) => this.#hear(detail), { signal });
    this.#session.enter();
    this.#watch(true);
    this.#ticking = setInterval(() => this.#drawSoon(), TICK_MS);
    this.#speak();
  }

  disconnectedCallback() {
    this.#watch(false);
    this.#leaving.abort();
    this.#session.leave();
    clearInterval(this.#ticking);
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
  }

  attributeChangedCallback(_name, _before, language) {
    this.#say = speaker(chooseLanguage([language ?? ""]), STRINGS);
    this.#speak();
  }

  #watch(on) {
    this.#session.send({ type: "watch_wallboard", on });
  }

  #hear(message) {
    // A new connection knows nothing of what the former one watched.
    if (message.type === "welcome") this.#watch(true);
    if (message.type !== "wallboard") return;
    this.#board = message.board;
    this.#receivedAt = performance.now();
    this.#drawSoon();
  }

  #speak() {
    for (const node of this.#root.querySelectorAll("[data-text]")) node.textContent = this.#say(node.dataset.text);
    this.#drawSoon();
  }

  #drawSoon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      if (this.#board !== null) this.#draw(this.#board);
    });
  }

  #draw({ now, queues, agents, calls }) {
    const moment = now + (performance.now() - this.#receivedAt) / 1000;
    const age = (since) => (since === null ? "–" : formatDuration(moment - since));
    keep(this.#part("queues"), queues, (queue) => queue.queue, queueCard, (card, queue) => this.#queue(card, queue, age));
    keep(this.#part("agents"), agents, (agent) => agent.agent, agentRow, (row, agent) => this.#agent(row, agent, age));
    keep(this.#part("calls"), calls, (call) => call.call_id, callRow, (row, call) => this.#call(row, call, age));
    this.#part("no-agents").hidden = agents.length > 0;
    this.#part("no-calls").hidden = calls.length > 0;
  }

  #queue(card, queue, age) {
    const level = queue.service_level;
    card.dataset.state = queue.waiting === 0 ? "calm" : queue.ready === 0 ? "short" : "busy";
    fill(card, {
      queue: queue.queue,
      waiting: queue.waiting,
      longest: age(queue.longest_since),
      staff: this.#say("ready_of", { ready: queue.ready, all: queue.signed_in }),
      answered: queue.answered,
      abandoned: queue.abandoned,
      turned_away: queue.turned_away,
      level: level === null ? "–" : `${Math.round(level * 100)} %`,
      mean: queue.mean_wait_s === null ? "–" : formatDuration(queue.mean_wait_s),
      for: this.#say,
    });
  }

  #agent(row, { agent, presence, since, queue, away_reason: reason }, age) {
    row.dataset.state = presence;
    const doing = presence === "away" ? reason : presence === "ready" ? "" : (queue ?? "");
    fill(row, { agent, presence: this.#say.one("presence", presence), since: age(since), doing });
  }

  #call(row, { customer, queue, agent, phase, began }, age) {
    fill(row, {
      customer: customer ?? this.#say("customer_unknown"),
      queue,
      agent: agent ?? "–",
      phase: this.#say.one("phase", phase),
      began: age(began),
    });
  }

  #part(name) {
    return this.#root.querySelector(`[part="${name}"]`);
  }
}

customElements.define("ringbridge-wallboard", Wallboard);
