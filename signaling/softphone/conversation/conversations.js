/**
 * Owns <ringbridge-conversations>: what agents write, call and note, beside the phone. It decides which of the list, a
 * conversation and the panel for a new call are shown; it phones nobody, but says that the agent wants to.
 *
 * Attributes: `server` (address of the server, default: the page's own), `lang` (`en`, `ja`).
 * Methods:    `showCall({ phase, callId, customer })`, as in the softphone's `ringbridge-change`: a customer who rings
 *             is shown with everything that was said and called before.
 * Event:      `ringbridge-dial`, detail { from, to: { number?, userId? }, name, queue }: to be given to the softphone's `dial`.
 * Theme:      the custom properties of ../theme.css, and `::part()`: index, list, thread, permission, new.
 */
import { Refusal, Session } from "../session.js";
import { load } from "../sheets.js";
import { chooseLanguage, speaker } from "../strings.js";
import { forgetAll, keepAs, recall } from "./kept.js";
import { List } from "./list.js";
import { maker, speak, write } from "./markup.js";
import { Records } from "./records.js";
import { STRINGS } from "./strings.js";
import { Thread } from "./thread.js";

const TICK_MS = 1_000;
/** The list tells nobody that it has changed, so it is looked at now and then; what is open is told at once. */
const LOOK_EVERY_MS = 15_000;
const OPEN = "open";

const sheets = await load(import.meta.url, "../theme.css", "../controls.css", "panel.css", "thread.css", "fields.css");

const make = maker(`
<div class="panel" part="panel">
  <div class="stage"></div>
</div>`);

class Conversations extends HTMLElement {
  static observedAttributes = ["lang"];

  #root = this.attachShadow({ mode: "open" });
  #panel = make();
  #hint = Object.assign(document.createElement("p"), { className: "hint nothing" });
  #say;
  #session = null;
  #records;
  #list;
  #thread;
  /** The panel for a new call, once somebody has asked for it. */
  #new = null;
  #leaving = null;
  #timers = [];
  #shown = { call: null, phase: "none" };
  #nothing = () => this.#say("choose_one");
  #built = false;
  #asksQueues = false;
  /** The call of this tab was wished for here. */
  #dialled = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = sheets;
    this.#root.append(this.#panel);
  }

  connectedCallback() {
    this.#session = Session.of(this);
    if (!this.#built) this.#build();
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#session.addEventListener("message", ({ detail }) => this.#hear(detail), { signal });
    this.#session.enter();
    this.#timers = [setInterval(() => this.#tick(), TICK_MS), setInterval(() => this.#look(), LOOK_EVERY_MS)];
    document.addEventListener("visibilitychange", () => this.#look(), { signal });
    this.#speak();
    if (this.#session.agent !== null) this.#begin();
  }

  disconnectedCallback() {
    for (const timer of this.#timers) clearInterval(timer);
    this.#leaving.abort();
    this.#thread.open(null);
    this.#session.leave();
  }

  attributeChangedCallback() {
    if (this.#built) this.#speak();
  }

  /** A call of this tab has come so far; one that has just begun opens the customer's conversation. */
  showCall({ phase, callId, customer }) {
    const on = ["ringing", "dialling", "talking", "returning"].includes(phase);
    this.#thread.busy = on;
    if (this.#new) this.#new.busy = on;
    const before = this.#shown;
    this.#shown = { call: on ? callId : null, phase };
    // Whoever is dialled from here is open already.
    if (on && customer && callId !== null && callId !== before.call && !this.#dialled) this.#openCustomer(customer);
    if (!on) this.#dialled = false;
    if (before.call !== null && !on) this.#look();
  }

  #build() {
    this.#built = true;
    const language = () => chooseLanguage([this.lang || document.documentElement.lang]);
    const speakNow = () => speaker(language(), STRINGS);
    this.#say = Object.assign((...words) => speakNow()(...words), {
      one: (...words) => speakNow().one(...words),
      known: (key) => STRINGS[language()][key] ?? null,
    });
    Object.defineProperty(this.#say, "language", { get: language });
    this.#records = new Records(this.#session);
    this.#session.addEventListener("state", ({ detail }) => detail === "closed" && forgetAll());
    const shared = { say: this.#say, records: this.#records, session: this.#session };
    this.#list = new List({
      ...shared,
      agent: () => this.#session.agent,
      onOpen: (id) => this.#open(id, { focus: true }),
      onContact: (contact) => this.#openContact(contact),
      onNew: () => this.#begins(),
      onQueues: (names) => this.#learnQueues(names),
    });
    const onCall = (wish) => this.#dial(wish);
    this.#thread = new Thread({ ...shared, onCall, onBack: () => this.#close(), onChange: (thread) => this.#list.take(thread) });
    this.#panel.prepend(this.#list.element);
    this.#show("nothing");
  }

  get #stage() {
    return this.#panel.querySelector(".stage");
  }

  #begin() {
    this.#list.refresh();
    const open = recall(OPEN);
    if (open === "new") this.#begins();
    else if (open !== null && this.#shown.call === null) this.#open(open);
  }

  #hear(message) {
    if (message.type === "welcome") {
      if (this.#thread.id === null) this.#begin();
      else this.#thread.rejoin();
      this.#list.refresh();
      this.#askQueues();
    }
    if (message.type === "conversation" && message.conversationId === this.#thread.id) this.#thread.changed(message.revision);
    if (message.type === "colleagues") this.#hearQueues(message.queues.map(({ queue }) => queue));
  }

  /** Queues are told with colleagues, whom the softphone watches in a call; outside of one, once is enough. */
  #askQueues() {
    this.#asksQueues = this.#shown.call === null;
    if (this.#asksQueues) this.#session.send({ type: "watch_colleagues", on: true });
  }

  #hearQueues(names) {
    this.#learnQueues(names);
    if (this.#asksQueues && this.#shown.call === null) this.#session.send({ type: "watch_colleagues", on: false });
    this.#asksQueues = false;
  }

  #learnQueues(names) {
    this.#list.queues = names;
    this.#thread.queues = this.#list.queues;
    if (this.#new) this.#new.queues = this.#list.queues;
  }

  #look() {
    if (document.hidden || this.#session.state !== "connected") return;
    this.#list.refresh();
    if (this.#panel.dataset.stage === "new") this.#new.refresh();
  }

  #tick() {
    if (this.#panel.dataset.stage === "thread") this.#thread.tick();
    if (this.#panel.dataset.stage === "new") this.#new.tick();
  }

  /** Which of `nothing`, `thread` and `new` is on the stage. */
  #show(stage) {
    const element = { nothing: this.#hint, thread: this.#thread.element, new: this.#new?.element }[stage];
    if (this.#panel.dataset.stage !== stage) this.#stage.replaceChildren(element);
    this.#panel.dataset.stage = stage;
    if (stage === "nothing") write(this.#hint, this.#nothing());
  }

  async #open(id, { focus = false } = {}) {
    keepAs(OPEN, id);
    this.#list.current = id;
    this.#show("thread");
    if (focus) this.#thread.element.focus();
    await this.#thread.open(id);
  }

  async #begins(contact = null) {
    keepAs(OPEN, "new");
    this.#leave();
    this.#askQueues();
    this.#new ??= await this.#makeNew();
    this.#nothing = () => this.#say(this.#new === null ? "problem.no_answer" : "choose_one");
    this.#show(this.#new === null ? "nothing" : "new");
    await this.#new?.show(contact);
  }

  /** The panel for a new call, which is loaded when it is first wanted; null if the server does not give it. */
  async #makeNew() {
    const loaded = await import("./newcall.js").catch(() => null);
    const made = loaded && new loaded.NewCall({
      say: this.#say,
      records: this.#records,
      me: () => this.#session.agent,
      onCall: (wish) => this.#dial(wish),
      onOpen: (id) => this.#open(id, { focus: true }),
      onClose: () => this.#close(),
    });
    if (made === null) return null;
    speak(made.element, this.#say);
    made.queues = this.#list.queues;
    made.busy = this.#shown.call !== null;
    return made;
  }

  #close() {
    keepAs(OPEN, null);
    this.#leave();
    this.#nothing = () => this.#say("choose_one");
    this.#show("nothing");
    this.#list.focusPlus();
  }

  #leave() {
    this.#list.current = null;
    this.#thread.open(null);
  }

  /** A customer was found by name: the conversation, if there is exactly one to open, or the panel for a new one. */
  async #openContact(contact) {
    const [from, ...others] = contact.talks_with ?? [];
    if (!from || others.length) return this.#begins(contact);
    try {
      await this.#open((await this.#records.between(from, contact)).summary.id, { focus: true });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#begins(contact);
    }
  }

  /** The customer of a call: what there is of earlier, and nothing in the way of answering if there is nothing. */
  async #openCustomer({ userId, number, name }) {
    const digits = number?.replace(/\D/g, "");
    if (!userId && !digits) return;
    const { call } = this.#shown;
    try {
      const contact = await this.#records.contact({ userId, digits });
      const threads = await Promise.all((contact?.talks_with ?? []).map((from) => this.#records.between(from, contact)));
      if (this.#shown.call !== call) return;
      const [newest] = threads.sort((one, other) => (other.summary.last_at ?? 0) - (one.summary.last_at ?? 0));
      if (newest) return await this.#open(newest.summary.id);
      this.#leave();
      this.#nothing = () => this.#say("first_contact", { name: name ?? number ?? userId });
      this.#show("nothing");
    } catch (error) {
      // The call is what matters now; the list says by itself that the server does not answer.
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async #dial({ sender, contact, queue }) {
    const { number, user_id: userId, name = null } = contact;
    const shown = number && (await this.#records.number(`+${number}`).catch(() => ({ shown: `+${number}` }))).shown;
    const to = { ...(number ? { number: shown } : {}), ...(userId ? { userId } : {}) };
    const detail = { from: sender.phone_number_id, to, name, queue };
    this.#dialled = true;
    this.dispatchEvent(new CustomEvent("ringbridge-dial", { detail, bubbles: true, composed: true }));
  }

  #speak() {
    this.#panel.lang = this.#say.language;
    const parts = [this.#list, this.#thread, this.#new].filter(Boolean);
    for (const part of parts) speak(part.element, this.#say);
    for (const part of parts) part.draw();
    this.#show(this.#panel.dataset.stage);
  }
}

customElements.define("ringbridge-conversations", Conversations);
