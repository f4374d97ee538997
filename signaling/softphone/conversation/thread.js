/**
 * Owns the conversation that is open: who it is with, whether we may call, what was said and called, notes, and the
 * place to write. It asks the server again whenever that says that something has changed.
 */
import { keep } from "../rows.js";
import { Ask } from "./ask.js";
import { ButtonComposer } from "./button.js";
import { drawEntry, makeEntry } from "./entry.js";
import { Form } from "./form.js";
import { Latest } from "./latest.js";
import { ICONS, initials, maker, named, partsOf, press, speak, write } from "./markup.js";
import { Notes } from "./notes.js";
import { Permission } from "./permission.js";
import { left, moment, serverNow } from "./times.js";
import { Trouble } from "./trouble.js";

/** So far above its end a log is still read at its end, pixels. */
const NEAR_PX = 40;
const WRITERS = ["note", "button", "ask"];

const make = maker(`
<section class="thread" ${named("thread")} tabindex="-1" aria-labelledby="thread-name">
  <header class="thread-head">
    <button type="button" ${named("back")} class="round-icon" data-label="back">${ICONS.back}</button>
    <span class="avatar" part="thread-initials" aria-hidden="true"></span>
    <div class="who"><h2 id="thread-name" part="thread-name" data-testid="thread-name"></h2>
      <p class="small"><span part="thread-number"></span> <span part="thread-window" data-testid="window" class="chip"></span></p></div>
    <button type="button" ${named("details")} class="quiet" aria-expanded="false" data-text="details"></button>
  </header>
  <div part="form-place" class="form-place" hidden></div>
  <div part="permission-place"></div>
  <p part="thread-loading" class="hint loading" role="status" data-text="loading"></p>
  <div part="thread-trouble"></div>
  <div class="log" role="log" ${named("log")} tabindex="0" data-label="entries">
    <button type="button" part="older" data-testid="older" class="quiet" data-text="older" hidden></button>
    <ol part="entries" data-testid="entries"></ol>
    <p part="entries-none" class="hint" data-text="entries_none" hidden></p>
  </div>
  <div class="writing" part="writing">
    <div class="tabs" role="tablist" data-label="write">
      ${WRITERS.map((name) => `<button type="button" role="tab" id="write-${name}" aria-controls="writer-${name}" data-testid="write-${name}" data-text="write_${name}"></button>`).join("")}
    </div>
    ${WRITERS.map((name) => `<div role="tabpanel" id="writer-${name}" aria-labelledby="write-${name}" part="writer-${name}"></div>`).join("")}
  </div>
</section>`);

export class Thread {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #session;
  #onCall;
  #permission;
  #notes;
  #button;
  #ask;
  #form;
  #trouble;
  #latest = new Latest();
  #id = null;
  #thread = null;
  #older = [];
  #pagesRead = 0;
  #sender = null;
  #number = "";
  #writer = "note";
  /** The newest entry is in sight, and stays so when the log shrinks or grows. */
  #pinned = true;

  /** `onCall(wish)`: phone the customer; `onBack()`: to the list; `onChange(thread)`: what is shown is newer now. */
  constructor({ say, records, session, onCall, onBack, onChange }) {
    this.#say = say;
    this.#records = records;
    this.#session = session;
    this.#onCall = onCall;
    this.onChange = onChange;
    this.#trouble = new Trouble(say);
    const taken = (thread) => this.#take(thread);
    this.#permission = new Permission({ say, records, onChange: () => this.draw(), onCall: () => this.#call(), onAsk: () => this.write("ask") });
    this.#notes = new Notes({ say, records, onThread: taken });
    this.#button = new ButtonComposer({ say, records, onThread: taken });
    this.#ask = new Ask({ say, records, send: (kind, key, wish) => this.#send(kind, key, wish) });
    this.#form = new Form({ say, me: () => session.agent, onChange: (change) => this.#fillIn(change) });
    this.#parts["permission-place"].append(this.#permission.element);
    this.#parts["form-place"].append(this.#form.element);
    this.#parts["thread-trouble"].append(this.#trouble.element);
    this.#parts["writer-note"].append(this.#notes.element);
    this.#parts["writer-button"].append(this.#button.element);
    const log = this.#parts.log;
    log.addEventListener("scroll", () => (this.#pinned = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX));
    new ResizeObserver(() => this.#toEnd()).observe(log);
    press(this.#parts.back, onBack);
    press(this.#parts.details, () => this.#toggleForm());
    press(this.#parts.older, () => this.#readOlder());
    this.#parts.entries.addEventListener("click", (event) => this.#act(event));
    this.element.querySelector("[role=tablist]").addEventListener("click", ({ target }) => target.role === "tab" && this.write(target.id.slice(6)));
    this.element.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.#arrow(event));
  }

  get id() {
    return this.#id;
  }

  set queues(names) {
    this.#form.queues = names;
  }

  set busy(busy) {
    this.#permission.busy = busy;
  }

  /** Open a conversation, or none (null). */
  async open(id) {
    if (id === this.#id) return this.refresh();
    if (this.#id !== null) this.#watch(false);
    this.#id = id;
    this.#thread = this.#sender = null;
    this.#older = [];
    this.#pagesRead = 0;
    this.#number = "";
    this.#latest.drop();
    this.#trouble.clear();
    this.#permission.show(null, null);
    this.#writer = "note";
    this.#toggleForm(false);
    this.draw();
    if (id === null) return;
    this.#pinned = true;
    this.#watch(true);
    await this.refresh();
    this.#toEnd();
  }

  /** The connection is new: what was watched is watched no more, and what was missed is read. */
  rejoin() {
    if (this.#id === null) return;
    this.#watch(true);
    this.refresh();
  }

  /** The server says that the conversation has changed. */
  changed(revision) {
    if (this.#thread === null || revision > this.#thread.summary.revision) this.refresh();
  }

  async refresh() {
    if (this.#id === null) return;
    const ask = () => this.#latest.ask(() => this.#records.thread(this.#id));
    const found = await this.#trouble.during(ask, () => this.refresh());
    if (found) await this.#take(found.answer);
  }

  /** Show the place to write one of: note, button, ask. */
  write(writer) {
    this.#writer = writer;
    this.draw();
    if (writer === "ask") this.#ask.focus();
    else this.#parts[`writer-${writer}`].querySelector("textarea, input")?.focus();
  }

  tick() {
    this.#permission.tick();
    this.#drawWindow();
  }

  draw() {
    const loaded = this.#thread !== null;
    this.#parts["thread-loading"].hidden = loaded || !this.#trouble.element.hidden;
    this.#parts.writing.hidden = !loaded;
    this.#trouble.draw();
    this.#permission.draw();
    if (!loaded) {
      write(this.#parts["thread-name"], "");
      this.#parts.entries.replaceChildren();
      this.#parts["entries-none"].hidden = true;
      return;
    }
    const { summary, entries, notes, older_pages: pages } = this.#thread;
    const name = summary.contact.name ?? (this.#number || this.#say("customer_unknown"));
    write(this.#parts["thread-name"], name);
    write(this.#parts["thread-initials"], initials(summary.contact.name ?? "") || "☏");
    write(this.#parts["thread-number"], name === this.#number ? "" : this.#number);
    this.#drawWindow();
    this.#parts.older.hidden = this.#pagesRead >= pages.length;
    const all = [...this.#older, ...entries, ...notes.map((note) => ({ ...note, kind: "note" }))].sort((one, other) => Math.floor(one.at) - Math.floor(other.at));
    const context = { say: this.#say, agent: this.#session.agent, call: this.#sender?.can_call === false ? null : this.#permission.told?.call };
    keep(this.#parts.entries, all, ({ kind, id }) => `${kind} ${id}`, makeEntry, (row, entry) => drawEntry(row, entry, context));
    this.#parts["entries-none"].hidden = all.length > 0;
    this.#notes.draw();
    this.#drawWriters(summary);
  }

  get #name() {
    return `thread.${this.#id}`;
  }

  #drawWriters({ window_until: until }) {
    const open = until !== null && until > serverNow();
    const kind = this.#writer === "button" ? "button" : "ask";
    // Outside the window a call button travels in a template, which is the same work as asking by template.
    const byTemplate = this.#writer === "ask" || (this.#writer === "button" && !open);
    for (const name of WRITERS) {
      const tab = this.element.querySelector(`#write-${name}`);
      tab.ariaSelected = String(name === this.#writer);
      tab.tabIndex = name === this.#writer ? 0 : -1;
      this.#parts[`writer-${name}`].hidden = name !== this.#writer;
    }
    this.#button.element.hidden = byTemplate;
    if (this.#writer === "button") this.#button.draw();
    if (!byTemplate) return;
    const place = this.#parts[`writer-${this.#writer}`];
    if (this.#ask.element.parentNode !== place) {
      place.append(this.#ask.element);
      speak(this.#ask.element, this.#say);
    }
    const cannot = this.#sender && (!this.#sender.can_chat || (kind === "ask" && !this.#sender.can_call));
    const why = cannot ? (this.#sender.why_not ?? this.#say("sender_cannot_chat")) : "";
    this.#ask.show({ kind, name: `${this.#name}.${kind}`, open, told: this.#permission.told, why });
  }

  #drawWindow() {
    if (this.#thread === null) return;
    const until = this.#thread.summary.window_until;
    const open = until !== null && until > serverNow();
    const chip = this.#parts["thread-window"];
    chip.dataset.state = open ? "open" : "closed";
    write(chip, open ? this.#say("window_open", { left: left(this.#say, until) }) : this.#say("window_closed"));
    chip.title = open ? this.#say("window_open_hint", { time: moment(this.#say.language, until) }) : this.#say("window_closed_hint");
  }

  async #take(thread) {
    const { id, contact, phone_number_id: from, form } = thread.summary;
    // A conversation that has become part of another one is that one from now on.
    if (this.#id !== id && !this.#older.length && this.#thread === null) this.#id = id;
    const newest = this.#thread?.summary.revision ?? -1;
    if (thread.summary.revision < newest) return;
    const grown = this.#thread !== null && thread.entries.length > this.#thread.entries.length;
    this.#thread = thread;
    this.#form.show(form);
    this.#notes.show(id);
    this.#button.show(id, thread.drafts);
    this.draw();
    if (grown) this.#toEnd();
    this.onChange(thread);
    await Promise.all([this.#learnNumber(contact), this.#learnPermission(from, contact)]);
  }

  async #learnNumber({ number }) {
    if (!number || this.#number !== "") return;
    const id = this.#id;
    // Only how it is written; without an answer the digits do.
    const shown = await this.#records.number(`+${number}`).then(({ shown }) => shown, () => `+${number}`);
    if (id !== this.#id) return;
    this.#number = shown;
    this.draw();
  }

  async #learnPermission(from, contact) {
    const id = this.#id;
    const senders = await this.#trouble.during(() => this.#records.senders(), () => this.refresh());
    if (!senders || id !== this.#id) return;
    this.#sender = senders.find(({ phone_number_id: one }) => one === from) ?? { phone_number_id: from, can_call: true, can_chat: true };
    await this.#permission.show(this.#sender, contact);
    this.draw();
  }

  #watch(on) {
    this.#session.send({ type: "watch_conversation", conversationId: this.#id, on });
  }

  async #fillIn(change) {
    const thread = await this.#trouble.during(() => this.#records.fillIn(this.#id, change), () => this.#fillIn(change));
    if (thread) this.#take(thread);
  }

  async #send(kind, key, wish) {
    const send = kind === "ask" ? "askPermission" : "sendButton";
    await this.#take(await this.#records[send](this.#id, key, wish));
    this.#writer = "note";
    this.draw();
    this.#pinned = true;
    this.#toEnd();
    this.element.focus();
    return true;
  }

  #call() {
    const { contact, form } = this.#thread.summary;
    this.#onCall({ sender: this.#sender, contact, queue: form.queue });
  }

  #act({ target }) {
    const button = target.closest("[data-act]");
    if (!button || button.ariaDisabled === "true") return;
    const id = button.closest("li").dataset.key.split(" ").slice(1).join(" ");
    if (button.dataset.act === "call-back") return this.#call();
    if (button.dataset.act === "drop-note") return this.#notes.drop(id);
    this.write("note");
    this.#notes.edit(this.#thread.notes.find((note) => note.id === id));
  }

  async #readOlder() {
    const pages = this.#thread.older_pages;
    const page = pages.at(-1 - this.#pagesRead);
    const read = await this.#trouble.during(() => this.#records.older(this.#id, page), () => this.#readOlder());
    if (!read) return;
    this.#pagesRead += 1;
    this.#older = [...read, ...this.#older];
    this.draw();
  }

  #toggleForm(open = this.#parts["form-place"].hidden) {
    this.#parts["form-place"].hidden = !open;
    this.#parts.details.ariaExpanded = String(open);
  }

  #arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = WRITERS[(WRITERS.indexOf(this.#writer) + step + WRITERS.length) % WRITERS.length];
    this.#writer = next;
    this.draw();
    this.element.querySelector(`#write-${next}`).focus();
  }

  #toEnd() {
    if (this.#pinned) this.#parts.log.scrollTop = this.#parts.log.scrollHeight;
  }
}
