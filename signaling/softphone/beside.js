/**
 * Owns what stands beside the phone, as tabs: conversations and requests to be called back for everybody who has signed
 * in, and the wallboard for supervisors. Nothing of it is loaded before somebody sees it. Knows the elements only by
 * their public faces.
 */
import { speaker } from "./strings.js";

const VIEWS = ["conversations", "callbacks", "wallboard"];
/** What each role sees first of what it may see. */
const SEEN = { agent: ["conversations", "callbacks"], supervisor: ["wallboard", "conversations", "callbacks"] };
const MAKERS = {
  callbacks: async () => {
    await import("./callbacks/callbacks.js");
    return document.createElement("ringbridge-callbacks");
  },
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
  #seen = [];
  #view = null;
  #call = null;
  #begins = false;

  constructor() {
    for (const name of VIEWS) {
      const tab = document.createElement("button");
      Object.assign(tab, { type: "button", role: "tab", id: `tab-${name}` });
      tab.setAttribute("aria-controls", name);
      tab.addEventListener("click", () => this.#show(name));
      this.#tabs.append(tab);
    }
    this.#tabs.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (step === undefined) return;
      const shown = VIEWS.filter((name) => this.#seen.includes(name));
      this.#show(shown.at((shown.indexOf(this.#view) + step) % shown.length));
      this.#tab(this.#view).focus();
    });
  }

  /** What this role may see; null is nobody. */
  open(role) {
    this.#place.hidden = role === null;
    document.body.classList.toggle("wide", role !== null);
    this.#tabs.hidden = role === null;
    if (role === null) return this.#close();
    this.#seen = SEEN[role];
    for (const name of VIEWS) this.#tab(name).hidden = !this.#seen.includes(name);
    this.#show(this.#seen.includes(this.#view) ? this.#view : this.#seen[0]);
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

  /** The call of this tab has come so far: whoever rings or is dialled is shown with everything that was before. */
  showCall(summary) {
    this.#call = summary;
    const begins = ["ringing", "dialling"].includes(summary.phase);
    if (begins && !this.#begins && ![null, "conversations"].includes(this.#view)) this.#show("conversations");
    this.#begins = begins;
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
    // What nobody sees is not asked for; a conversation that is being written stays as it is.
    for (const name of VIEWS) if (name !== view && name !== "conversations") this.#panel(name).replaceChildren();
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
