/**
 * Owns composing a call-button message: text, label and how long it works, with Meta's limits shown while one types. It
 * is a draft at the server from the first letter on, and in this tab until the server has it, so nothing is lost.
 */
import { fill, keep } from "../rows.js";
import { keepAs, recall } from "./kept.js";
import { settled } from "./latest.js";
import { ICONS, hold, maker, named, partsOf, press, write } from "./markup.js";
import { newKey } from "./records.js";
import { Trouble } from "./trouble.js";

/** Meta's limits, characters (whatsapp-calling 2.4). */
const LIMITS = { body: 1024, label: 20, payload: 512 };
const SAVE_AFTER_MS = 600;
const HOUR_MIN = 60;
const TIMES = [HOUR_MIN, 24 * HOUR_MIN, 7 * 24 * HOUR_MIN, 30 * 24 * HOUR_MIN];
const DEFAULT_TTL_MIN = TIMES[2];

const counted = (name, field) => `
  <label class="field"><span><span data-text="button_${name}"></span><span class="count" part="${name}-count"></span></span>${field}</label>`;

const make = maker(`
<form class="composer" ${named("button-form")}>
  <ul ${named("drafts")} class="drafts" data-label="drafts"></ul>
  ${counted("body", `<textarea ${named("body")} rows="3" data-placeholder="button_body_hint"></textarea>`)}
  <div class="columns">
    ${counted("label", `<input type="text" ${named("label")} autocomplete="off" data-placeholder="button_label_hint">`)}
    <label class="field"><span data-text="button_ttl"></span>
      <select part="ttl" data-testid="ttl">${TIMES.map((time) => `<option value="${time}" data-text="ttl.${time}"></option>`).join("")}</select></label>
    ${counted("payload", `<input type="text" ${named("payload")} autocomplete="off" data-placeholder="button_payload_hint">`)}
  </div>
  <figure class="preview"><figcaption class="small" data-text="preview"></figcaption>
    <div class="bubble ours"><p class="text" part="shown-body"></p><p class="bubble-buttons">${ICONS.handset}<span part="shown-label"></span></p></div></figure>
  <div class="row">
    <p class="small" ${named("draft-state")} role="status"></p>
    <button type="button" ${named("draft-drop")} class="quiet" data-text="delete"></button>
    <button type="submit" ${named("button-send")} class="primary" data-text="send"></button>
  </div>
</form>`);

const row = maker(`<li><button type="button" class="draft"><strong data-fact="by"></strong> <span data-fact="body"></span></button></li>`);

export class ButtonComposer {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #onThread;
  #trouble;
  #conversation = null;
  #drafts = [];
  #draft = null;
  #state = "";
  #sending = false;
  #saveSoon = settled(() => this.#save(), SAVE_AFTER_MS);

  /** `onThread(thread)`: the conversation as the server keeps it now. */
  constructor({ say, records, onThread }) {
    this.#say = say;
    this.#records = records;
    this.#onThread = onThread;
    this.#trouble = new Trouble(say);
    this.element.append(this.#trouble.element);
    this.element.addEventListener("input", () => this.#typed());
    this.element.addEventListener("focusout", () => this.#saveSoon.now());
    this.#parts.drafts.addEventListener("click", (event) => this.#choose(event));
    press(this.#parts["draft-drop"], () => this.#drop());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** A conversation and the drafts that the server keeps of it. */
  show(conversation, drafts) {
    const another = conversation !== this.#conversation;
    if (another) this.#saveSoon.now();
    this.#conversation = conversation;
    this.#drafts = drafts;
    if (another) {
      this.#state = "";
      this.#trouble.clear();
      const kept = recall(this.#keptAs);
      this.#begin(kept ?? drafts.at(-1) ?? null);
      if (kept !== null) this.#saveSoon();
    }
    this.draw();
  }

  draw() {
    const say = this.#say;
    const others = this.#drafts.filter(({ id }) => id !== this.#draft?.id);
    keep(this.#parts.drafts, others, ({ id }) => id, row, (element, { by, body }) => fill(element, { by, body: body || say("draft_empty") }));
    this.#parts.drafts.hidden = others.length === 0;
    for (const [name, limit] of Object.entries(LIMITS)) {
      const used = [...(this.#draft?.[name] ?? "")].length;
      write(this.#parts[`${name}-count`], `${used} / ${limit}`);
      this.#parts[`${name}-count`].dataset.over = String(used > limit);
      this.#parts[name].setAttribute("aria-invalid", String(used > limit));
    }
    write(this.#parts["shown-body"], this.#draft?.body || say("button_body_hint"));
    write(this.#parts["shown-label"], this.#draft?.label || say("button_label_hint"));
    const state = this.#sending ? "sending" : this.#over() ? "too_long" : this.#state;
    write(this.#parts["draft-state"], state && say(`draft.${state}`));
    const empty = !this.#draft?.body.trim();
    hold(this.#parts["button-send"], this.#sending || empty || this.#over(), empty ? say("button_needs_text") : "");
    this.#parts["draft-drop"].hidden = this.#draft === null;
    this.#trouble.draw();
  }

  get #keptAs() {
    return `button.${this.#conversation}`;
  }

  #over() {
    return Object.entries(LIMITS).some(([name, limit]) => [...(this.#draft?.[name] ?? "")].length > limit);
  }

  #begin(draft) {
    this.#draft = draft && { id: draft.id, body: draft.body ?? "", label: draft.label ?? "", ttl_minutes: draft.ttl_minutes ?? DEFAULT_TTL_MIN, payload: draft.payload ?? "" };
    const { body, label, ttl_minutes: ttl, payload } = this.#draft ?? { body: "", label: "", ttl_minutes: DEFAULT_TTL_MIN, payload: "" };
    Object.assign(this.#parts.body, { value: body });
    Object.assign(this.#parts.label, { value: label });
    Object.assign(this.#parts.payload, { value: payload });
    this.#parts.ttl.value = TIMES.includes(ttl) ? ttl : DEFAULT_TTL_MIN;
  }

  #typed() {
    const { body, label, ttl, payload } = this.#parts;
    const id = this.#draft?.id ?? newKey();
    this.#draft = { id, body: body.value, label: label.value, ttl_minutes: Number(ttl.value), payload: payload.value };
    keepAs(this.#keptAs, this.#draft);
    this.#state = "saving";
    this.#saveSoon();
    this.draw();
  }

  async #save() {
    const conversation = this.#conversation;
    const draft = this.#draft;
    if (draft === null) return;
    this.#saveSoon.cancel();
    const thread = await this.#trouble.during(() => this.#records.saveDraft(conversation, draft), () => this.#save());
    if (conversation !== this.#conversation) return;
    const saved = thread !== undefined && this.#draft === draft;
    if (saved) keepAs(this.#keptAs, null);
    if (this.#draft === draft) this.#state = saved ? "saved" : "not_saved";
    this.draw();
    if (thread) this.#onThread(thread);
  }

  async #choose(event) {
    const { key } = event.target.closest("li")?.dataset ?? {};
    const chosen = this.#drafts.find(({ id }) => id === key);
    if (!chosen) return;
    await this.#saveSoon.now();
    this.#state = "";
    this.#begin(chosen);
    this.draw();
    this.#parts.body.focus();
  }

  async #drop() {
    this.#saveSoon.cancel();
    const { id } = this.#draft;
    const thread = await this.#trouble.during(() => this.#records.dropDraft(this.#conversation, id), () => this.#drop());
    if (thread) this.#finish(thread);
  }

  async #send() {
    if (this.#sending || this.#parts["button-send"].ariaDisabled === "true") return;
    this.#sending = true;
    this.draw();
    const conversation = this.#conversation;
    const draft = this.#draft;
    const send = async () => {
      await this.#records.saveDraft(conversation, draft);
      return this.#records.sendDraft(conversation, draft.id);
    };
    this.#saveSoon.cancel();
    const thread = await this.#trouble.during(send, () => this.#send());
    this.#sending = false;
    if (thread && conversation === this.#conversation) this.#finish(thread);
    else this.draw();
  }

  /** This draft is one no more. */
  #finish(thread) {
    keepAs(this.#keptAs, null);
    this.#state = "";
    this.#begin(null);
    this.#onThread(thread);
    this.draw();
  }
}
