/**
 * Owns the settings dialog: the agent chooses and tries everything a call will need, before the first one rings.
 * The microphone is open only while the dialog is.
 */
import { soundThrough } from "./devices.js";
import { testLine } from "./line_test.js";
import { Loudness } from "./loudness.js";
import { NoMicrophone, stop } from "../microphone.js";

const PARTS = ["microphone", "speaker", "bell"];

export class Settings {
  #view;
  #devices;
  #microphone;
  #session;
  #stream = null;
  #loudness = null;
  #frame = null;
  #testing = false;

  /** `view` as in ../view.js. `ringer` plays one ring, `tone` a tone in the agent's ear. */
  constructor(view, { devices, microphone, session, ringer, tone, say }) {
    this.#view = view;
    this.#devices = devices;
    this.#microphone = microphone;
    this.#session = session;
    this.say = say;
    const press = (name, act) => view.part(name).addEventListener("click", act);
    press("close-settings", () => view.part("settings").close());
    press("test-speaker", () => tone.play());
    press("test-bell", () => ringer.once());
    press("test-line", () => this.#testLine());
    press("allow-notifications", () => this.#allowNotifications());
    view.part("settings").addEventListener("close", () => this.#release());
    for (const part of PARTS)
      view.part(`${part}-choice`).addEventListener("change", ({ target }) => devices.choose(part, target.value));
    devices.addEventListener("list", () => this.#list());
    devices.addEventListener("change", ({ detail }) => detail === "microphone" && this.#open && this.#listen());
  }

  async show() {
    this.#view.part("settings").showModal();
    this.#draw();
    await this.#listen();
    // Names of devices are told only once the microphone has been allowed.
    await this.#devices.refresh();
  }

  get #open() {
    return this.#view.part("settings").open;
  }

  #draw() {
    const state = globalThis.Notification?.permission ?? "denied";
    this.#view.part("notifications-hint").textContent = this.say(`notifications.${state}`);
    this.#view.part("allow-notifications").hidden = state !== "default";
    this.#view.part("speakers-hint").hidden = this.#devices.speakersCanBeChosen;
    this.#list();
  }

  #list() {
    for (const part of PARTS) {
      const select = this.#view.part(`${part}-choice`);
      const options = this.#devices.list(part).map(({ id, label }) => new Option(label || this.say("device_unnamed"), id));
      select.replaceChildren(new Option(this.say("device_default"), ""), ...options);
      select.value = this.#devices.chosen(part);
      select.disabled = part !== "microphone" && !this.#devices.speakersCanBeChosen;
    }
  }

  async #listen() {
    this.#release();
    try {
      this.#stream = await this.#microphone.open();
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      return this.#found([this.say(`microphone.${error.reason}`)], false);
    }
    if (!this.#open) return this.#release();
    this.#loudness = new Loudness(this.#stream);
    this.#meter();
  }

  #meter() {
    const meter = this.#view.part("microphone-level");
    const level = Math.round(this.#loudness.level * 100);
    meter.style.setProperty("--level", `${level}%`);
    meter.ariaValueNow = String(level);
    this.#frame = requestAnimationFrame(() => this.#meter());
  }

  #release() {
    cancelAnimationFrame(this.#frame);
    this.#loudness?.close();
    if (this.#stream) stop(this.#stream);
    this.#loudness = this.#stream = null;
  }

  async #allowNotifications() {
    await Notification.requestPermission();
    this.#draw();
  }

  async #testLine() {
    if (this.#testing) return;
    this.#testing = true;
    const button = this.#view.part("test-line");
    button.ariaDisabled = "true";
    this.#found([this.say("line_testing")], null);
    const voice = new Audio();
    soundThrough(voice, this.#devices.chosen("speaker"));
    try {
      const result = await testLine(this.#session, this.#microphone, (stream) => {
        voice.srcObject = stream;
        voice.play();
      });
      this.#found(this.#sentences(result), result.ok);
    } finally {
      voice.srcObject = null;
      button.ariaDisabled = "false";
      this.#testing = false;
    }
  }

  #sentences({ ok, reason, path, roundTripMs, quality }) {
    if (reason) return [this.say(`line_failed.${reason}`)];
    return [
      this.say(ok ? "line_ok" : "line_poor"),
      this.say(path === "relay" ? "line_path.relay" : "line_path.direct"),
      ...(roundTripMs === null ? [] : [this.say("line_round_trip", { milliseconds: roundTripMs })]),
      this.say(`quality.${quality ?? "unknown"}`),
    ];
  }

  #found(sentences, ok) {
    const list = this.#view.part("line-findings");
    list.dataset.state = ok === null ? "testing" : ok ? "good" : "bad";
    list.replaceChildren(...sentences.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  }
}
