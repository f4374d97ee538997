/**
 * Owns <ringbridge-callbacks>: customers who could not be served and asked to be called back, and phoning them.
 *
 * Attributes: `server` (address of the server, default: the page's own), `lang` (`en`, `ja`).
 * Event:      `ringbridge-dial`, detail { from, to, name, queue, callBackId }: to be given to the softphone's `dial`.
 * Theme:      the custom properties of ../theme.css, and `::part()`: list.
 */
import { hold, maker, press, speak, write } from "../conversation/markup.js";
import { moment } from "../conversation/times.js";
import { Trouble } from "../conversation/trouble.js";
import { keep } from "../rows.js";
import { Session } from "../session.js";
import { load } from "../sheets.js";
import { chooseLanguage, speaker } from "../strings.js";
import { STRINGS } from "./strings.js";

/** Nobody tells a page that somebody has asked, so it looks now and then. */
const LOOK_EVERY_MS = 10_000;
const MOST = 100;

const sheets = await load(import.meta.url, "../theme.css", "../controls.css", "../conversation/panel.css", "callbacks.css");

const make = maker(`
<section class="callbacks" aria-labelledby="callbacks-title">
  <header><h2 id="callbacks-title" data-text="call_backs"></h2>
    <label class="done-too"><input type="checkbox"> <span data-text="show_done"></span></label></header>
  <div class="trouble-place"></div>
  <ul part="list" data-testid="call-backs"></ul>
  <p class="hint" data-text="nobody" hidden></p>
</section>`);

const row = maker(`
<li><div><p class="name"></p><p class="hint facts"></p></div>
  <button type="button" class="primary" data-testid="call-back" data-text="call_back"></button></li>`);

class CallBacks extends HTMLElement {
  static observedAttributes = ["lang"];

  #root = this.attachShadow({ mode: "open" });
  #section = make();
  #session = null;
  #say = speaker("en", STRINGS);
  #language = "en";
  #trouble;
  #requests = [];
  #timer = null;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = sheets;
    this.#root.append(this.#section);
    this.#part("input").addEventListener("change", () => this.#draw());
  }

  connectedCallback() {
    this.#session = Session.of(this);
    this.#session.enter();
    if (this.#trouble === undefined) {
      this.#trouble = new Trouble(Object.assign((...words) => this.#say(...words), { known: () => null }));
      this.#part(".trouble-place").replaceWith(this.#trouble.element);
    }
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#speak();
    this.#look();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#session.leave();
  }

  attributeChangedCallback(_name, _before, language) {
    this.#language = chooseLanguage([language ?? ""]);
    this.#say = speaker(this.#language, STRINGS);
    this.#speak();
  }

  #part(selector) {
    return this.#section.querySelector(selector);
  }

  #speak() {
    speak(this.#section, this.#say);
    this.#draw();
  }

  async #look() {
    if (document.visibilityState === "hidden" || this.#session.agent === null) return;
    const ask = () => this.#session.request("GET", "/call-backs", { query: { limit: MOST } });
    const answer = await this.#trouble.during(ask, () => this.#look());
    if (answer === undefined) return;
    this.#requests = answer.call_backs;
    this.#draw();
  }

  #draw() {
    const done = ({ served_at: served, fulfilled_by: by }) => (served ?? by) !== null;
    const shown = this.#requests.filter((request) => this.#part("input").checked || !done(request));
    keep(this.#part("ul"), shown, (request) => request.call_id, () => this.#row(), (node, request) => {
      const { caller, queue, requested_at: at } = request;
      node.request = request;
      write(node.querySelector(".name"), caller.name ?? (caller.number ? `+${caller.number}` : null) ?? caller.user_id ?? this.#say("unknown"));
      const facts = { queue, when: moment(this.#language, at) };
      write(node.querySelector(".facts"), this.#say(done(request) ? "facts_done" : "facts", facts));
      const button = node.querySelector("button");
      button.hidden = done(request);
      write(button, this.#say("call_back"));
      hold(button, !caller.number && !caller.user_id, this.#say("unknown"));
    });
    this.#part("ul + .hint").hidden = shown.length > 0;
  }

  #row() {
    const node = row();
    press(node.querySelector("button"), () => this.#dial(node.request));
    return node;
  }

  #dial({ call_id: callBackId, phone_number_id: from, caller, queue }) {
    const to = { number: caller.number ? `+${caller.number}` : null, userId: caller.user_id };
    const detail = { from, to, name: caller.name, queue, callBackId };
    this.dispatchEvent(new CustomEvent("ringbridge-dial", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("ringbridge-callbacks", CallBacks);
