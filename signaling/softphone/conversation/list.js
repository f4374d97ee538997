/** Owns the list of conversations: its filters, the search for customers, and which line is open. */
import { fill, keep } from "../rows.js";
import { keepAs, recall } from "./kept.js";
import { Latest, settled } from "./latest.js";
import { ICONS, initials, maker, named, partsOf, press } from "./markup.js";
import { moment, serverNow } from "./times.js";
import { Trouble } from "./trouble.js";

const TYPING_MS = 200;
const KEPT = "filter";
const MOST = 100;

const make = maker(`
<section class="index" part="index" aria-labelledby="index-title">
  <header class="index-head"><h2 id="index-title" data-text="conversations"></h2>
    <button type="button" ${named("plus")} class="primary small-button">${ICONS.plus}<span data-text="new_call"></span></button></header>
  <label class="search">${ICONS.search}<span class="unseen" data-text="search"></span>
    <input type="search" ${named("search")} data-placeholder="search" autocomplete="off"></label>
  <div class="filters">
    <select part="filter-status" data-testid="filter-status" class="quiet" data-label="status">
      <option value="" data-text="status.all"></option><option value="open" data-text="status.open"></option>
      <option value="pending" data-text="status.pending"></option><option value="solved" data-text="status.solved"></option></select>
    <select part="filter-queue" data-testid="filter-queue" class="quiet" data-label="queue"></select>
    <label class="check"><input type="checkbox" part="filter-mine" data-testid="filter-mine"><span data-text="mine"></span></label>
  </div>
  <ul ${named("list")} class="list" data-label="conversations"></ul>
  <p part="list-none" data-testid="list-none" class="hint" role="status" hidden></p>
  <div part="list-trouble"></div>
</section>`);

const row = maker(`<li><button type="button" class="line">
  <span class="avatar" data-fact="initials" aria-hidden="true"></span>
  <span class="line-main"><span class="line-top"><strong data-fact="name"></strong><time data-fact="time"></time></span>
    <span class="line-sub"><span data-fact="topic"></span></span>
    <span class="line-marks"><span class="chip" data-mark="status" data-fact="status"></span><span class="chip" data-mark="priority" data-fact="priority"></span>
      <span class="chip" data-mark="window" data-fact="window"></span><span class="tags" data-fact="tags"></span></span></span>
</button></li>`);

export class List {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #agent;
  #onOpen;
  #onContact;
  #trouble;
  #latest = new Latest();
  #summaries = null;
  #contacts = null;
  #numbers = new Map();
  #current = null;
  #queues = new Set();
  #searchSoon = settled(() => this.refresh(), TYPING_MS);

  /** `agent()`: who looks; `onOpen(id)`; `onContact(contact)`: a customer was chosen; `onNew()`. */
  constructor({ say, records, agent, onOpen, onContact, onNew, onQueues }) {
    this.#say = say;
    this.#records = records;
    this.#agent = agent;
    this.#onOpen = onOpen;
    this.#onContact = onContact;
    this.onQueues = onQueues;
    this.#trouble = new Trouble(say);
    this.#parts["list-trouble"].append(this.#trouble.element);
    const { status = "open", queue = "", mine = false } = recall(KEPT) ?? {};
    this.#parts["filter-status"].value = status;
    this.#parts["filter-mine"].checked = mine;
    if (queue) this.#queues.add(queue);
    this.#drawQueues(queue);
    press(this.#parts.plus, onNew);
    this.#parts.search.addEventListener("input", this.#searchSoon);
    for (const name of ["filter-status", "filter-queue", "filter-mine"]) this.#parts[name].addEventListener("change", () => this.#filter());
    this.#parts.list.addEventListener("click", ({ target }) => this.#press(target.closest("li")));
  }

  /** The conversation that is open, or null. */
  set current(id) {
    this.#current = id;
    this.draw();
  }

  set queues(names) {
    for (const name of names) this.#queues.add(name);
    this.#drawQueues(this.#parts["filter-queue"].value);
  }

  get queues() {
    return [...this.#queues];
  }

  focusPlus() {
    this.#parts.plus.focus();
  }

  async refresh() {
    const query = this.#parts.search.value.trim();
    const { status, queue, mine } = this.#filters;
    const ask = () =>
      this.#latest.ask(() =>
        query
          ? this.#records.contacts(query)
          : this.#records.conversations({ status: status || null, queue: queue || null, agent: mine ? this.#agent() : null, limit: MOST }),
      );
    const found = await this.#trouble.during(ask, () => this.refresh());
    if (!found) return;
    if (query) this.#contacts = found.answer;
    else {
      this.#contacts = null;
      this.#summaries = found.answer;
      const queues = found.answer.map(({ form }) => form.queue).filter(Boolean);
      if (queues.some((name) => !this.#queues.has(name))) {
        this.queues = queues;
        this.onQueues(this.queues);
      }
    }
    this.draw();
  }

  /** One conversation is newer than the list. */
  take({ summary }) {
    if (this.#summaries === null) return;
    const others = this.#summaries.filter(({ id }) => id !== summary.id);
    if (others.length === this.#summaries.length) return void this.refresh();
    this.#summaries = [summary, ...others].sort((one, other) => (other.last_at ?? 0) - (one.last_at ?? 0));
    this.draw();
  }

  draw() {
    this.#trouble.draw();
    const say = this.#say;
    const lines = this.#contacts?.map((contact) => ({ id: contact.id, contact })) ?? this.#summaries ?? [];
    keep(this.#parts.list, lines, ({ id }) => id, row, (element, line) => this.#line(element, line));
    const loading = this.#summaries === null && this.#contacts === null;
    this.#parts.list.setAttribute("aria-busy", String(loading));
    this.#parts["list-none"].hidden = lines.length > 0 || !this.#trouble.element.hidden;
    this.#parts["list-none"].textContent = say(loading ? "loading" : this.#contacts ? "nobody_found" : "list_none");
  }

  get #filters() {
    return { status: this.#parts["filter-status"].value, queue: this.#parts["filter-queue"].value, mine: this.#parts["filter-mine"].checked };
  }

  #line(element, { id, contact, form = null, last_at: at = contact.last_seen ?? null, window_until: until = null }) {
    const say = this.#say;
    const shown = contact.name ?? this.#shown(contact);
    const urgent = form && !["normal", "low"].includes(form.priority);
    fill(element, {
      initials: initials(contact.name ?? "") || "☏",
      name: shown,
      time: at === null ? "" : moment(say.language, at),
      topic: form ? form.topic || (contact.name ? this.#shown(contact) : say("no_topic")) : contact.name ? this.#shown(contact) : "",
      status: form && form.status !== "open" ? say(`status.${form.status}`) : "",
      priority: urgent ? say(`priority.${form.priority}`) : "",
      window: until !== null && until > serverNow() ? say("window_short") : "",
      tags: form ? form.tags.join(" · ") : "",
    });
    const button = element.firstElementChild;
    button.setAttribute("aria-current", String(id === this.#current));
    element.dataset.priority = form?.priority ?? "";
  }

  /** A number as people write it; until the server has said how, its digits. */
  #shown({ number, user_id: userId }) {
    if (!number) return userId ?? this.#say("customer_unknown");
    if (!this.#numbers.has(number)) {
      this.#numbers.set(number, `+${number}`);
      this.#records.number(`+${number}`).then(
        ({ shown }) => {
          this.#numbers.set(number, shown);
          this.draw();
        },
        () => this.#numbers.delete(number),
      );
    }
    return this.#numbers.get(number) ?? `+${number}`;
  }

  #filter() {
    keepAs(KEPT, this.#filters);
    this.#parts.search.value = "";
    this.refresh();
  }

  #press(pressed) {
    if (!pressed) return;
    const contact = this.#contacts?.find(({ id }) => id === pressed.dataset.key);
    if (contact) this.#onContact(contact);
    else this.#onOpen(pressed.dataset.key);
  }

  #drawQueues(chosen) {
    const all = new Option(this.#say("queue_all"), "");
    all.dataset.text = "queue_all";
    this.#parts["filter-queue"].replaceChildren(all, ...[...this.#queues].sort().map((name) => new Option(name, name)));
    this.#parts["filter-queue"].value = chosen;
  }
}
