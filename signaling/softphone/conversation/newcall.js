/**
 * Owns the panel for a new call or conversation: from which number, to whom, may we, with which message, and the form.
 * Everything typed survives a reload. Nothing is kept at the server before the agent calls, asks, or opens it.
 */
import { Ask } from "./ask.js";
import { Form } from "./form.js";
import { keepAs, recall } from "./kept.js";
import { Latest } from "./latest.js";
import { ICONS, maker, named, partsOf, press, write } from "./markup.js";
import { Permission } from "./permission.js";
import { Recipient } from "./recipient.js";
import { moment, serverNow } from "./times.js";
import { Trouble } from "./trouble.js";

const KEPT = "new";

const make = maker(`
<section class="new" ${named("new")} aria-labelledby="new-title">
  <header class="thread-head">
    <button type="button" part="new-close" data-testid="new-close" class="round-icon" data-label="close">${ICONS.close}</button>
    <h2 id="new-title" data-text="new_title"></h2>
  </header>
  <div class="new-body">
    <div class="columns">
      <label class="field"><span data-text="from"></span><select ${named("from")}></select></label>
      <div part="to-place"></div>
    </div>
    <p class="warned" ${named("from-words")} role="status" hidden></p>
    <div class="segments" role="radiogroup" data-label="purpose" part="purposes">
      <label><input type="radio" name="purpose" value="ask" checked><span data-text="purpose_call"></span></label>
      <label><input type="radio" name="purpose" value="button"><span data-text="purpose_button"></span></label>
    </div>
    <p class="notice-link" ${named("exists")} role="status" hidden><span part="exists-words"></span>
      <button type="button" ${named("open-existing")} class="quiet" data-text="open_it"></button></p>
    <div part="new-permission"></div>
    <div part="new-ask" hidden></div>
    <div part="new-form"></div>
    <div class="row"><button type="button" ${named("open-only")} class="quiet" data-text="open_only" hidden></button></div>
    <div part="new-trouble"></div>
  </div>
</section>`);

export class NewCall {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #me;
  #onCall;
  #onOpen;
  #recipient;
  #permission;
  #ask;
  #form;
  #trouble;
  #latest = new Latest();
  #senders = null;
  #existing = null;

  /** `me()`: who looks; `onCall(wish)`: phone; `onOpen(id)`: show this conversation; `onClose()`. */
  constructor({ say, records, me, onCall, onOpen, onClose }) {
    this.#say = say;
    this.#records = records;
    this.#me = me;
    this.#onCall = onCall;
    this.#onOpen = onOpen;
    this.#trouble = new Trouble(say);
    this.#recipient = new Recipient({ say, records, onChange: () => this.#chosen() });
    this.#permission = new Permission({ say, records, onChange: () => this.draw(), onCall: () => this.#call(), onAsk: () => {} });
    this.#permission.offersAsking = false;
    this.#ask = new Ask({ say, records, send: (kind, key, wish) => this.#send(kind, key, wish) });
    this.#form = new Form({ say, me, onChange: () => this.#keep() });
    this.#parts["to-place"].append(this.#recipient.element);
    this.#parts["new-permission"].append(this.#permission.element);
    this.#parts["new-ask"].append(this.#ask.element);
    this.#parts["new-form"].append(this.#form.element);
    this.#parts["new-trouble"].append(this.#trouble.element);
    this.#parts.from.addEventListener("change", () => this.#chosen());
    this.#parts.purposes.addEventListener("change", () => this.#chosen());
    press(this.#parts["new-close"], onClose);
    press(this.#parts["open-existing"], () => this.#finish(this.#existing.summary.id));
    press(this.#parts["open-only"], async () => {
      const id = await this.#trouble.during(() => this.#begin());
      if (id) this.#finish(id);
    });
  }

  set queues(names) {
    this.#form.queues = names;
  }

  set busy(busy) {
    this.#permission.busy = busy;
  }

  /** Begin, with a customer if one is given; else with what was typed before. */
  async show(contact = null) {
    const kept = recall(KEPT) ?? {};
    this.#form.show(kept.form ?? { agent: this.#me() });
    if (kept.purpose) this.element.querySelector(`[name=purpose][value=${kept.purpose}]`).checked = true;
    await this.#loadSenders(kept.from);
    await this.#recipient.choose(contact ?? kept.contact ?? null, kept.text);
    this.#recipient.focus();
  }

  /** Something has changed at the server that may concern this customer. */
  refresh() {
    this.#permission.refresh();
  }

  tick() {
    this.#permission.tick();
  }

  draw() {
    const sender = this.#sender;
    const say = this.#say;
    this.#drawSenders();
    this.#recipient.draw();
    this.#permission.draw();
    const cannot = sender && !this.#able(sender);
    this.#parts["from-words"].hidden = !sender || !(cannot || sender.warning);
    const until = sender?.until ? say("sender_until", { time: moment(say.language, sender.until) }) : "";
    write(this.#parts["from-words"], sender ? [cannot ? (sender.why_not ?? say("sender_cannot_chat")) : "", sender.warning, until].filter(Boolean).join(" ") : "");
    this.#parts.exists.hidden = this.#existing === null;
    if (this.#existing !== null) {
      const { form, last_at: at } = this.#existing.summary;
      const facts = { topic: form.topic || say("no_topic"), status: say(`status.${form.status}`), time: at === null ? "–" : moment(say.language, at) };
      write(this.#parts["exists-words"], say("exists", facts));
    }
    const contact = this.#recipient.contact;
    const told = this.#permission.told;
    const asks = sender !== null && contact !== null && (this.#purpose === "button" || (told !== null && !told.call.allowed));
    this.#parts["new-permission"].hidden = this.#purpose === "button";
    this.#parts["new-ask"].hidden = !asks;
    this.#parts["open-only"].hidden = sender === null || contact === null || this.#existing !== null;
    this.#trouble.draw();
    if (!asks) return;
    const window = this.#existing?.summary.window_until ?? null;
    const why = cannot ? this.#parts["from-words"].textContent : "";
    this.#ask.show({ kind: this.#purpose, name: `${KEPT}.${this.#purpose}`, open: window !== null && window > serverNow(), told, why });
  }

  get #purpose() {
    return this.element.querySelector("[name=purpose]:checked").value;
  }

  get #sender() {
    return this.#senders?.find(({ phone_number_id: id }) => id === this.#parts.from.value) ?? null;
  }

  #able(sender) {
    return sender.can_chat && (this.#purpose === "ask" ? sender.can_call : sender.can_be_called);
  }

  async #loadSenders(chosen) {
    const senders = await this.#trouble.during(() => this.#records.senders(), () => this.#loadSenders(chosen));
    if (!senders) return;
    this.#senders = senders;
    this.#drawSenders();
    const first = senders.find((sender) => this.#able(sender)) ?? senders[0];
    this.#parts.from.value = senders.some(({ phone_number_id: id }) => id === chosen) ? chosen : (first?.phone_number_id ?? "");
    if (senders.length === 0) this.#trouble.show({ code: "no_senders", title: "" });
    this.draw();
  }

  #drawSenders() {
    const before = this.#parts.from.value;
    const options = (this.#senders ?? []).map((sender) => {
      const label = [sender.name, sender.number && `+${sender.number}`].filter(Boolean).join(" · ") || sender.phone_number_id;
      return new Option(this.#able(sender) ? label : `${label} – ${this.#say("cannot")}`, sender.phone_number_id);
    });
    const labels = options.map(({ text, value }) => text + value).join();
    if (labels === this.#parts.from.dataset.shown) return;
    this.#parts.from.dataset.shown = labels;
    this.#parts.from.replaceChildren(...options);
    if (before) this.#parts.from.value = before;
  }

  async #chosen() {
    const sender = this.#sender;
    const contact = this.#recipient.contact;
    this.#keep();
    this.#existing = null;
    this.#latest.drop();
    this.draw();
    const shown = this.#permission.show(sender, contact);
    if (sender && contact?.talks_with?.includes(sender.phone_number_id)) {
      const ask = () => this.#latest.ask(() => this.#records.between(sender.phone_number_id, contact));
      const found = await this.#trouble.during(ask, () => this.#chosen());
      if (found) this.#existing = found.answer;
    }
    await shown;
    this.draw();
  }

  #keep() {
    const { contact, text } = this.#recipient;
    keepAs(KEPT, { form: this.#form.value, purpose: this.#purpose, from: this.#parts.from.value, contact, text });
  }

  /** The id of the conversation, which begins now unless it exists. Raises Refusal. */
  async #begin() {
    if (this.#existing !== null) return this.#existing.summary.id;
    const thread = await this.#records.open(this.#sender.phone_number_id, this.#recipient.contact, this.#form.value);
    return thread.summary.id;
  }

  async #send(kind, key, wish) {
    const id = await this.#begin();
    await this.#records[kind === "ask" ? "askPermission" : "sendButton"](id, key, wish);
    this.#finish(id);
    return true;
  }

  async #call() {
    const [sender, contact, { queue }] = [this.#sender, this.#recipient.contact, this.#form.value];
    const id = await this.#trouble.during(() => this.#begin(), () => this.#call());
    if (!id) return;
    this.#onCall({ sender, contact, queue });
    this.#finish(id);
  }

  #finish(id) {
    keepAs(KEPT, null);
    this.#form.show();
    this.#recipient.choose(null);
    this.#existing = null;
    this.#onOpen(id);
  }
}
