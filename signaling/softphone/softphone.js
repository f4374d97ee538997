/**
 * Owns <ringbridge-softphone>: the state of the page, and which part reacts to what. The server's messages and the
 * agent's presses become one state; the devices (ring, microphone, voice) follow it, and the view draws it.
 *
 * Attributes: `server` (address of the server, default: the page's own), `lang` (`en`, `ja`).
 * Methods:    `signIn(token)`, `signOut()`, `dial({ from, to: { number?, userId? }, name?, queue?, callBackId? })`.
 * Property:   `summary`, as in the event.
 * Event:      `ringbridge-change`, detail { connection, presence, phase, callId, customer, language, title }.
 * Theme:      custom properties of theme.css and `::part()` names of template.js.
 */
import { Background } from "./background.js";
import { NO_CALL, live, rings, speaks, step } from "./call.js";
import { Devices } from "./devices/devices.js";
import { Settings } from "./devices/settings.js";
import { Tone } from "./devices/tone.js";
import { listen } from "./hands.js";
import { Keypad } from "./keypad/keypad.js";
import { Microphone, NoMicrophone } from "./microphone.js";
import { Ringer } from "./ringer.js";
import { Session } from "./session.js";
import { load } from "./sheets.js";
import * as shift from "./shift.js";
import { chooseLanguage, speaker } from "./strings.js";
import { TEMPLATE } from "./template.js";
import { Transfer } from "./transfer.js";
import { View } from "./view.js";
import { Voice } from "./voice.js";

const LANGUAGE_KEY = "ringbridge.language";
const NOTICE_MS = 8_000;
const TICK_MS = 250;
/** Where the keyboard goes when a phase begins. */
const FOCUS = { none: "presence-toggle", ringing: "popup", dialling: "cancel-dial", talking: "mute", returning: "mute", ended: "done" };
/** What the agent asks of the server about his call, by the button; the server's word alone changes what is shown. */
const ASKS = { merge: "merge", "complete-transfer": "complete_transfer", "cancel-consult": "cancel_consult" };
const STYLES = [
  "theme.css", "softphone.css", "controls.css", "call.css", "devices/settings.css", "transfer.css", "keypad/keypad.css",
];

const sheets = await load(import.meta.url, ...STYLES);

const freshId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

class Softphone extends HTMLElement {
  static observedAttributes = ["lang"];

  #view;
  #session = null;
  #leaving = new AbortController();
  #devices = new Devices();
  #microphone = new Microphone(() => this.#devices.chosen("microphone"));
  #ringer = new Ringer(
    (ringBlocked) => this.#set({ ringBlocked }),
    () => this.#devices.chosen("bell"),
  );
  #background = new Background();
  #voice;
  #settings = null;
  #transfer = null;
  #keypad = null;
  #ticking = null;
  #noticeTimer = null;
  #state = {
    connection: "closed",
    signedIn: false,
    agent: null,
    presence: "away",
    /** When wrap-up ends, in epoch seconds, if it is on. */
    wrapUpUntil: null,
    /** Why the agent is away, if he has said it. */
    awayReason: null,
    call: NO_CALL,
    /** How far the voice line is: preparing, ready, failed. */
    media: "preparing",
    /** How well the conversation is heard both ways; see voice.js. */
    quality: null,
    talksMuted: false,
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
    this.#voice = new Voice({
      microphone: this.#microphone,
      devices: this.#devices,
      player: this.#view.part("voice"),
      iceServers: () => this.#session.iceServers,
      onChange: (facts) => this.#set(facts),
    });
    this.#devices.addEventListener("change", ({ detail }) => this.#deviceChanged(detail));
    this.#devices.addEventListener("lost", ({ detail }) => this.#notify((say) => say(`device_lost.${detail}`)));
    this.#listen();
  }

  connectedCallback() {
    this.#session = Session.of(this);
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.#session.addEventListener("message", ({ detail }) => this.#hear(detail), { signal });
    this.#session.addEventListener("state", ({ detail }) => this.#connectionIs(detail), { signal });
    const say = Object.assign((...words) => speaker(this.#state.language)(...words), {
      one: (...words) => speaker(this.#state.language).one(...words),
    });
    this.#settings ??= new Settings(this.#view, {
      devices: this.#devices,
      microphone: this.#microphone,
      session: this.#session,
      ringer: this.#ringer,
      tone: new Tone(this.#devices),
      say,
    });
    this.#transfer ??= new Transfer(this.#view, { session: this.#session, say, call: () => this.#state.call });
    this.#keypad ??= new Keypad(this.#view, { session: this.#session, call: () => this.#state.call });
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
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
    const title = live(call) ? say(`title_${call.phase}`, { name: this.#name(say) }) : "Ringbridge";
    const { phase, callId = null, customer = null } = call;
    return { connection, presence, phase, callId, customer, language, title };
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

  /**
   * Phone a customer from one of our numbers (`from`, Meta's id); nothing happens during another call. Whether the
   * call may be, the server says; the agent sees how it comes out.
   */
  async dial({ from, to, name = null, queue = null, callBackId = null, requestId = freshId() }) {
    this.#advance({ type: "dial", requestId, customer: { name, ...to }, queue });
    if (this.#state.call.requestId !== requestId) return;
    await this.#withMicrophone(async () => {
      const sdp = await this.#voice.negotiate();
      if (sdp !== null) this.#session.send({ type: "dial", requestId, from, to, sdp, queue, callBackId });
    });
    if (this.#state.microphone !== null) this.#advance({ type: "dial_refused", requestId, code: "microphone" });
  }

  #open() {
    this.#set({ signedIn: true, agent: null, notice: null });
  }

  #name(say) {
    const { customer } = this.#state.call;
    return customer?.name ?? customer?.number ?? say("customer_unknown");
  }

  // What the server says.

  #hear(message) {
    if (message.type === "presence") this.#presenceIs(message);
    if (message.type !== "welcome") shift.remember(this.#state, Date.now());
    switch (message.type) {
      case "welcome":
        return this.#welcomed(message);
      case "presence":
        return;
      case "media_answer":
        if (message.callId === this.#state.call.callId) this.#voice.answer(message.sdp);
        return;
      case "dial_asked":
        return this.dial(message);
      case "resume":
        return this.#advance({ ...message, talkedMs: Date.now() - message.joinedAt * 1000 });
      default:
        return this.#advance(message);
    }
  }

  #welcomed({ agent, ...doing }) {
    const { presence } = doing;
    this.#set({ agent });
    this.#presenceIs(doing);
    if (presence === "ready") return;
    const interrupted = shift.interrupted(Date.now());
    if (presence === "away" && interrupted === "none" && shift.awayReason() && !doing.awayReason)
      this.#session.send({ type: "away", reason: shift.awayReason() });
    if (interrupted === "short") this.#session.send({ type: "ready" });
    if (interrupted === "long" && presence === "away") this.#notify((say) => say("away_after_loss"));
  }

  #presenceIs({ presence, wrapUpUntil = null, awayReason = null }) {
    this.#set({ presence, wrapUpUntil, awayReason });
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
    this.#tellInBackground(call);
    const anew = event.type === "resume" || (call.phase === "ringing" && before.phase !== "ringing");
    if (!live(call) || anew || event.type === "connection_lost") this.#voice.close();
    if (anew) this.#negotiate();
    this.#voice.follow({ talking: call.phase === "talking", speaks: speaks(call), muted: call.muted });
    if (call.phase !== "talking") this.#transfer.close();
    if (call.phase !== "talking" || (call.held && !before.held)) this.#keypad.close();
    // Given up before the server had named the call: now that it has a name, it can be ended.
    if (event.type === "dialling" && call.asked !== null) this.#send("hang_up");
    if (event.type === "stop_ring" && call.phase === "none") this.#notify((say) => say.one("stop_ring", event.reason));
    if (event.type === "consult_ended") this.#notify((say) => say.one("consult_ended", event.outcome));
    if (event.type === "handed_over") this.#notify((say) => say("handed_over"));
    if (call.phase !== before.phase) this.#moveFocus(FOCUS[call.phase]);
  }

  #tellInBackground(call) {
    if (!rings(call)) return this.#background.clear();
    const say = speaker(this.#state.language);
    this.#background.ring(say("title_ringing", { name: this.#name(say) }), `${say("queue")}: ${call.queue}`);
  }

  /** The agent pressed it: tell the server, and wait for what it makes of it. */
  #ask(type) {
    const before = this.#state.call;
    this.#advance({ type });
    if (this.#state.call !== before && before.callId !== null) this.#session.send({ type, callId: before.callId });
  }

  #send(type, fields = {}) {
    this.#session.send({ type, callId: this.#state.call.callId, ...fields });
  }

  #tick() {
    const { call, presence } = this.#state;
    if (live(call)) this.#advance({ type: "time_passed", elsewhere: presence === "busy" });
    if (live(call) || presence === "wrap_up") this.#draw();
  }

  async #negotiate() {
    const { callId } = this.#state.call;
    await this.#withMicrophone(async () => {
      const sdp = await this.#voice.negotiate();
      if (sdp !== null) this.#session.send({ type: "media_offer", callId, sdp });
    });
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
    await this.#negotiate();
  }

  #deviceChanged(part) {
    if (part === "bell") this.#ringer.change();
    if (part === "microphone") this.#microphone.release();
    this.#withMicrophone(() => this.#voice.change(part));
  }

  // The agent's hands.

  #listen() {
    listen(this.#view, {
      answer: () => this.#ask("answer"),
      reject: () => this.#ask("reject"),
      "hang-up": () => this.#ask("hang_up"),
      "cancel-dial": () => this.#ask("hang_up"),
      mute: () => this.#toggleMute(),
      hold: () => this.#send(this.#state.call.held ? "retrieve" : "hold"),
      transfer: () => this.#unfold(this.#transfer, this.#keypad),
      "keypad-toggle": () => this.#unfold(this.#keypad, this.#transfer),
      done: () => this.#advance({ type: "dismiss" }),
      "sign-out": () => this.signOut(),
      "show-settings": () => this.#settings.show(),
      "presence-toggle": () => this.#togglePresence(),
      "ring-warning-button": () => this.#ringer.unlock(),
      "microphone-warning-button": () => this.#retryMicrophone(),
      "connection-warning-button": () =>
        this.#state.connection === "outdated" ? location.reload() : this.#session.retryNow(),
      ...Object.fromEntries(Object.entries(ASKS).map(([part, type]) => [part, () => this.#send(type)])),
    });
    for (const button of this.#view.all("[data-copy]")) button.addEventListener("click", () => this.#copyNumber());
    this.#view.part("sign-in-form").addEventListener("submit", (event) => this.#submitToken(event));
    this.#view.part("away-reason").addEventListener("change", ({ target }) => this.#awayBecause(target.value));
    this.#view.part("language").addEventListener("change", ({ target }) => {
      localStorage.setItem(LANGUAGE_KEY, target.value);
      this.#set({ language: target.value });
    });
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

  /** There is room for one of them below a conversation. */
  #unfold(wanted, other) {
    other.close();
    wanted.toggle();
  }

  #toggleMute() {
    this.#advance({ type: "mute" });
    this.#send("mute", { muted: this.#state.call.muted });
  }

  async #copyNumber() {
    try {
      await navigator.clipboard.writeText(this.#state.call.customer.number);
      this.#notify((say) => say("number_copied"));
    } catch {
      // Embedded pages may have to be allowed it, and plain HTTP has no clipboard at all.
      this.#notify((say) => say("copy_forbidden"));
    }
  }

  /** Only asks; the switch moves when the server says so. */
  #togglePresence() {
    const ready = this.#state.presence !== "ready";
    if (ready) this.#prepare();
    this.#session.send({ type: ready ? "ready" : "away" });
  }

  #awayBecause(reason) {
    this.#session.send({ type: "away", reason: reason && speaker(this.#state.language)(`away_reason.${reason}`) });
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
