/**
 * Owns the keys of the telephone that the agent presses for the other side to hear, e.g. the code of a door or a menu.
 * It only asks; the server lets the keys be heard (RFC 4733), one after the other.
 */
import { KEYS } from "./template.js";

/** The latest keys that are shown. */
const MOST_SHOWN = 24;

export class Keypad {
  #view;
  #session;
  #call;

  /** `call()` gives the present call. */
  constructor(view, { session, call }) {
    this.#view = view;
    this.#session = session;
    this.#call = call;
    view.part("keypad-keys").addEventListener("click", ({ target }) => this.#press(target.closest("button")?.dataset.key));
    view.part("keypad").addEventListener("keydown", (event) => this.#typed(event));
  }

  toggle() {
    if (!this.#panel.hidden) return this.close();
    this.#panel.hidden = false;
    this.#view.part("keypad-toggle").ariaExpanded = "true";
    this.#view.part("keypad-pressed").textContent = "";
    this.#view.part("keypad-keys").firstElementChild.focus();
  }

  close() {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#view.part("keypad-toggle").ariaExpanded = "false";
    this.#view.part("keypad-toggle").focus();
  }

  get #panel() {
    return this.#view.part("keypad");
  }

  #typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape") this.close();
    if (KEYS.includes(event.key)) this.#press(event.key);
  }

  #press(key) {
    if (key === undefined) return;
    this.#session.send({ type: "press", callId: this.#call().callId, keys: key });
    const shown = this.#view.part("keypad-pressed");
    shown.textContent = (shown.textContent + key).slice(-MOST_SHOWN);
  }
}
