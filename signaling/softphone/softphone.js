/**
 * Owns <ringbridge-softphone>: the state of the page, and which part reacts to what. The server's messages and the
 * agent's presses become one state; the devices (ring, microphone, voice) follow it, and the view draws it.
 *
 * Attributes: `server` (address of the server, default: the page's own), `lang` (`en`, `ja`).
 * Methods:    `signIn(token)`, `signOut()`.  Property: `summary`, as in the event.
 * Event:      `ringbridge-change`, detail { connection, presence, phase, language, title }.
 * Theme:      custom properties of theme.css and `::part()` names of template.js.
 */
import { NO_CALL, live, rings, speaks, step } from "./call.js";
import { MediaLeg } from "./media.js";
import { Microphone, NoMicrophone } from "./microphone.js";
import { Ringer } from "./ringer.js";
import { Session } from "./session.js";
import { load } from "./sheets.js";
import * as shift from "./shift.js";
import { chooseLanguage, speaker } from "./strings.js";
import { TEMPLATE } from "./template.js";
import { View } from "./view.js";

const LANGUAGE_KEY = "ringbridge.language";
const NOTICE_MS = 8_000;
const TICK_MS = 250;
const KEYS = {
  popup: { a: "answer", r: "reject", escape: "reject" },
  conversation: { m: "mute", h: "hold" },
};
/** Where the keyboard goes when a phase begins. */
const FOCUS = { none: "presence-toggle", ringing: "popup", talking: "mute", returning: "mute", ended: "done" };

const sheets = await load(import.meta.url, "theme.css", "softphone.css", "controls.css", "call.css");

class Softphone extends HTMLElement {
  static observedAttributes = ["lang"];

  #view;
  #session = null;
  #leaving = new AbortController();
  #leg = null;
  #microphone = new Microphone();
  #ringer = new Ringer((ringBlocked) => this.#set({ ringBlocked }));
  #ticking = null;
  #noticeTimer = null;
  #state = {
    connection: "closed",
    signedIn: false,
    agent: null,
    presence: "away",
    call: NO_CALL,
    /** How far the voice line is: preparing, ready, failed. */
    media: "preparing",
    /** Why there is no microphone, if there is none. */
    microphone: null,
    ringBlocked: false,
    /** Prefix and word of a sentence in strings.js that is shown for a moment. */
    notice: null,
    language: chooseLanguage([localStorage.getItem(LANGUAGE_KEY) ?? "", ...navigator.languages]),
  };

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets;
    root.append(TEMPLATE.content.cloneNode(true));
    this.#view = new View(root);
    this.#listen();
  }

  connectedCallback() {
    this.#session = Session.of(this);
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#session.addEventListener("message", ({ detail }) => this.#hear(detail), { signal });
    this.#session.addEventListener("state", ({ detail }) => this.#connectionIs(detail), { signal });
    this.#ticking = setInterval(() => live(this.#state.call) && this.#tick(), TICK_MS);
    this.#session.enter();
    if (this.#session.open) this.#open();
    else this.#draw();
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
    this.#session.leave();
    this.#leaving.abort();
  }

  attributeChangedCallback(_name, _before, language) {
    if (language) this.#set({ language: chooseLanguage([language]) });
  }

  get summary() {
    const { connection, presence, call, language } = this.#state;
    const say = speaker(language);
    const name = call.customer?.name ?? call.customer?.number ?? say("customer_unknown");
    const title = live(call) ? say(`title_${call.phase}`, { name }) : "Ringbridge";
    return { connection, presence, phase: call.phase, language, title };
  }

  signIn(token) {
    shift.forget();
    this.#open();
    this.#session.signIn(token);
  }

  signOut() {
    shift.forget();
    this.#session.signOut();
  }

  #open() {
    this.#set({ signedIn: true, agent: null, notice: null });
  }

  // What the server says.

  #hear(message) {
    if (message.type !== "welcome") shift.remember(message.presence ?? this.#state.presence, Date.now());
    switch (message.type) {
      case "welcome":
        return this.#welcomed(message);
      case "presence":
        return this.#presenceIs(message.presence);
      case "media_answer":
        if (message.callId === this.#state.call.callId) this.#leg?.answer(message.sdp).catch(() => this.#set({ media: "failed" }));
        return;
      case "digit":
        if (message.callId === this.#state.call.callId) this.#notify((say) => say("digit_pressed", message));
        return;
      case "resume":
        return this.#advance({ ...message, talkedMs: Date.now() - message.joinedAt * 1000 });
      default:
        return this.#advance(message);
    }
  }

  #welcomed({ agent, presence }) {
    this.#set({ agent });
    this.#presenceIs(presence);
    if (presence === "ready") return;
    const interrupted = shift.interrupted(Date.now());
    if (interrupted === "short") this.#session.send({ type: "ready" });
    if (interrupted === "long" && presence === "away") this.#notify((say) => say("away_after_loss"));
  }

  #presenceIs(presence) {
    this.#set({ presence });
    if (presence === "ready") this.#prepare();
    if (presence === "away") this.#microphone.release();
  }

  #connectionIs(connection) {
    if (connection === "lost") this.#advance({ type: "connection_lost" });
    this.#set({ connection });
    if (connection !== "refused" && connection !== "closed") return;
    if (connection === "refused") shift.forget();
    this.#advance({ type: "connection_lost" });
    this.#microphone.release();
    this.#set({ signedIn: false, agent: null, presence: "away", call: NO_CALL, microphone: null });
  }

  // The one call.

  #advance(event) {
    const before = this.#state.call;
    const call = step(before, event, performance.now());
    if (call === before) return;
    this.#set({ call });
    this.#ringer.ring(rings(call));
    const anew = event.type === "resume" || (call.phase === "ringing" && before.phase !== "ringing");
    if (!live(call) || anew || event.type === "connection_lost") this.#hangUpLeg();
    if (anew) this.#negotiate();
    this.#leg?.speak(speaks(call));
    if (event.type === "stop_ring" && call.phase === "none") this.#notify((say) => say.one("stop_ring", event.reason));
    if (call.phase !== before.phase) this.#moveFocus(FOCUS[call.phase]);
  }

  /** The agent pressed it: tell the server, and wait for what it makes of it. */
  #ask(type) {
    const before = this.#state.call;
    this.#advance({ type });
    if (this.#state.call !== before) this.#session.send({ type, callId: before.callId });
  }

  #tick() {
    this.#advance({ type: "time_passed" });
    this.#draw();
  }

  async #negotiate() {
    const leg = new MediaLeg({
      onVoice: (stream) => (this.#view.part("voice").srcObject = stream),
      onState: (state) => {
        if (state === "connected") this.#set({ media: "ready" });
        if (state === "failed") this.#set({ media: "failed" });
      },
    });
    this.#leg = leg;
    this.#set({ media: "preparing" });
    const { callId } = this.#state.call;
    await this.#withMicrophone(async () => {
      const sdp = await leg.offer(this.#microphone);
      if (sdp !== null) this.#session.send({ type: "media_offer", callId, sdp });
    });
  }

  #hangUpLeg() {
    this.#leg?.close();
    this.#leg = null;
    this.#view.part("voice").srcObject = null;
  }

  // Devices.

  /** Everything a ring will need, found out while there is time to say what is missing. */
  #prepare() {
    this.#ringer.unlock();
    return this.#withMicrophone(() => this.#microphone.prepare());
  }

  async #withMicrophone(use) {
    try {
      await use();
      this.#set({ microphone: null });
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.#set({ microphone: error.reason });
    }
  }

  async #retryMicrophone() {
    await this.#withMicrophone(() => this.#microphone.prepare());
    if (this.#state.microphone !== null || this.#state.call.phase !== "ringing") return;
    this.#hangUpLeg();
    await this.#negotiate();
  }

  // The agent's hands.

  #listen() {
    const press = (name, act) =>
      this.#view.part(name).addEventListener("click", ({ currentTarget }) => currentTarget.ariaDisabled !== "true" && act());
    press("answer", () => this.#ask("answer"));
    press("reject", () => this.#ask("reject"));
    press("hang-up", () => this.#ask("hang_up"));
    press("mute", () => this.#advance({ type: "mute" }));
    press("hold", () => this.#toggleHold());
    press("done", () => this.#advance({ type: "dismiss" }));
    press("sign-out", () => this.signOut());
    press("presence-toggle", () => this.#togglePresence());
    press("ring-warning-button", () => this.#ringer.unlock());
    press("microphone-warning-button", () => this.#retryMicrophone());
    press("connection-warning-button", () =>
      this.#state.connection === "outdated" ? location.reload() : this.#session.retryNow(),
    );
    this.#view.part("sign-in-form").addEventListener("submit", (event) => this.#submitToken(event));
    this.#view.part("language").addEventListener("change", ({ target }) => {
      localStorage.setItem(LANGUAGE_KEY, target.value);
      this.#set({ language: target.value });
    });
    for (const name of Object.keys(KEYS))
      this.#view.part(name).addEventListener("keydown", (event) => this.#key(event, name));
    // The first touch of the page, wherever it is, is the gesture browsers want before they let it ring.
    for (const gesture of ["pointerdown", "keydown"])
      addEventListener(gesture, () => this.#state.ringBlocked && this.#ringer.unlock(), { capture: true });
  }

  #submitToken(event) {
    event.preventDefault();
    const field = this.#view.part("token");
    const token = field.value.trim();
    field.value = "";
    if (token) this.signIn(token);
  }

  /** Only asks; the button shows what the server says. */
  #toggleHold() {
    const { held, callId } = this.#state.call;
    this.#session.send({ type: held ? "retrieve" : "hold", callId });
  }

  /** Only asks; the switch moves when the server says so. */
  #togglePresence() {
    const ready = this.#state.presence !== "ready";
    if (ready) this.#prepare();
    this.#session.send({ type: ready ? "ready" : "away" });
  }

  /** Letters work only while the keyboard is inside the call (WCAG 2.1.4); a held key is one press. */
  #key(event, name) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const enter = event.key === "Enter" && event.target === this.#view.part("popup");
    const button = enter ? "answer" : KEYS[name][event.key.toLowerCase()];
    if (!button) return;
    event.preventDefault();
    this.#view.part(button).click();
  }

  // What the agent sees.

  /** Show for a while what `words(say)` gives, in whatever language the agent chooses meanwhile. */
  #notify(words) {
    clearTimeout(this.#noticeTimer);
    this.#set({ notice: words });
    this.#noticeTimer = setTimeout(() => this.#set({ notice: null }), NOTICE_MS);
  }

  /** Follow the call with the keyboard, but never take it from another part of the page. */
  #moveFocus(name) {
    const elsewhere = document.activeElement !== document.body && document.activeElement !== this;
    if (!elsewhere) this.#view.part(name).focus();
  }

  #set(changes) {
    this.#state = { ...this.#state, ...changes };
    this.#draw();
    this.dispatchEvent(new CustomEvent("ringbridge-change", { detail: this.summary, bubbles: true, composed: true }));
  }

  #draw() {
    this.#view.draw(this.#state, performance.now(), Date.now() / 1000);
  }
}

customElements.define("ringbridge-softphone", Softphone);
