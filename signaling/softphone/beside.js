/**
 * Owns what stands beside the phone: conversations for everybody who has signed in, and for supervisors the wallboard
 * too, as tabs. Nothing of it is loaded before somebody sees it. Knows the elements only by their public faces.
 */
import { speaker } from "./strings.js";

const VIEWS = ["conversations", "wallboard"];
const MAKERS = {
  conversations: async () => {
    await import("./conversation/conversations.js");
    return document.createElement("ringbridge-conversations");
  },
  wallboard: async () => {
    await import("./wallboard/wallboard.js");
    return document.createElement("ringbridge-wallboard");
  },
};

export class Beside {
  #place = document.querySelector("#beside");
  #tabs = document.querySelector("#tabs");
  #language = null;
  #view = null;
  #call = null;
  #rings = false;

  constructor() {
    for (const name of VIEWS) {
      const tab = document.createElement("button");
      Object.assign(tab, { type: "button", role: "tab", id: `tab-${name}` });
      tab.setAttribute("aria-controls", name);
      tab.addEventListener("click", () => this.#show(name));
      this.#tabs.append(tab);
    }
    this.#tabs.addEventListener("keydown", ({ key }) => {
      if (key !== "ArrowLeft" && key !== "ArrowRight") return;
      this.#show(VIEWS.find((name) => name !== this.#view));
      this.#tab(this.#view).focus();
    });
  }

  /** What this role may see; null is nobody. Supervisors begin with the wallboard. */
  open(role) {
    this.#place.hidden = role === null;
    document.body.classList.toggle("wide", role !== null);
    this.#tabs.hidden = role !== "supervisor";
    if (role === null) return this.#close();
    const allowed = role === "supervisor" || this.#view === "conversations";
    this.#show(allowed && this.#view !== null ? this.#view : role === "supervisor" ? "wallboard" : "conversations");
  }

  speak(language) {
    if (language === this.#language) return;
    this.#language = language;
    const say = speaker(language);
    this.#tabs.ariaLabel = say("tabs");
    for (const name of VIEWS) {
      this.#tab(name).textContent = say(`tab_${name}`);
      this.#panel(name).firstElementChild?.setAttribute("lang", language);
    }
  }

  /** The call of this tab has come so far: whoever rings is shown with everything that was before. */
  showCall(summary) {
    this.#call = summary;
    const begins = summary.phase === "ringing" && this.#view === "wallboard";
    if (begins && !this.#rings) this.#show("conversations");
    this.#rings = summary.phase === "ringing";
    this.#panel("conversations").firstElementChild?.showCall(summary);
  }

  #tab(name) {
    return document.querySelector(`#tab-${name}`);
  }

  #panel(name) {
    return document.querySelector(`#${name}`);
  }

  async #show(view) {
    this.#view = view;
    for (const name of VIEWS) {
      this.#tab(name).ariaSelected = String(name === view);
      this.#tab(name).tabIndex = name === view ? 0 : -1;
      this.#panel(name).hidden = name !== view;
    }
    // A wallboard that nobody sees is not sent; a conversation that is being written stays as it is.
    if (view !== "wallboard") this.#panel("wallboard").replaceChildren();
    if (this.#panel(view).firstElementChild !== null) return;
    // A server that went away meanwhile is the phone's to say; the next welcome tries again.
    const element = await MAKERS[view]().catch(() => null);
    if (element === null || this.#view !== view || this.#panel(view).firstElementChild !== null) return;
    element.lang = this.#language;
    this.#panel(view).append(element);
    if (view === "conversations" && this.#call !== null) element.showCall(this.#call);
  }

  #close() {
    this.#view = null;
    for (const name of VIEWS) this.#panel(name).replaceChildren();
  }
}
