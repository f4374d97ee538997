/**
 * Owns handing a caller over: the list of colleagues with what they do right now, and of queues with who waits there.
 * It only asks; what becomes of it is the server's to say. The list is watched while it is open.
 */
import { fill, keep } from "./rows.js";
import { targetRow } from "./template.js";

export class Transfer {
  #view;
  #session;
  #say;
  #call;
  #targets = { agents: [], queues: [] };

  /** `say` as in strings.js; `call()` gives the present call. */
  constructor(view, { session, say, call }) {
    this.#view = view;
    this.#session = session;
    this.#say = say;
    this.#call = call;
    session.addEventListener("message", ({ detail }) => this.#hear(detail));
    view.part("transfer-search").addEventListener("input", () => this.#draw());
    view.part("transfer-targets").addEventListener("click", (event) => this.#press(event));
    view.part("transfer-panel").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  toggle() {
    if (!this.#panel.hidden) return this.close();
    this.#panel.hidden = false;
    this.#view.part("transfer").ariaExpanded = "true";
    this.#session.send({ type: "watch_colleagues", on: true });
    this.#view.part("transfer-search").value = "";
    this.#draw();
    this.#view.part("transfer-search").focus();
  }

  close() {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#view.part("transfer").ariaExpanded = "false";
    this.#session.send({ type: "watch_colleagues", on: false });
    this.#view.part("transfer").focus();
  }

  get #panel() {
    return this.#view.part("transfer-panel");
  }

  #hear(message) {
    if (message.type !== "colleagues") return;
    this.#targets = message;
    if (!this.#panel.hidden) this.#draw();
  }

  #draw() {
    const wanted = this.#view.part("transfer-search").value.trim().toLowerCase();
    const others = this.#targets.agents.filter(({ agent }) => agent !== this.#session.agent);
    const agents = others.map(({ agent, presence, awayReason }) => ({
      kind: "agent",
      name: agent,
      state: presence,
      doing: awayReason || this.#say.one("presence", presence),
      free: presence === "ready",
    }));
    const queues = this.#targets.queues.map(({ queue, waiting, ready }) => ({
      kind: "queue",
      name: queue,
      state: ready > 0 ? "ready" : "away",
      doing: this.#say("queue_now", { waiting, ready }),
      free: ready > 0,
    }));
    const shown = [...agents, ...queues].filter(({ name }) => name.toLowerCase().includes(wanted));
    const list = this.#view.part("transfer-targets");
    keep(list, shown, ({ kind, name }) => `${kind}:${name}`, targetRow, (row, target) => this.#row(row, target));
    this.#view.part("transfer-nobody").hidden = shown.length > 0;
  }

  #row(row, { kind, name, state, doing, free }) {
    row.dataset.kind = kind;
    row.dataset.state = state;
    fill(row, { name, doing, for: this.#say });
    const consult = row.querySelector('[data-act="consult"]');
    // A colleague on the phone cannot be asked; the caller may still be left for him or his queue.
    consult.ariaDisabled = String(!free);
    consult.ariaLabel = this.#say("consult_with", { name });
    row.querySelector('[data-act="transfer"]').ariaLabel = this.#say("transfer_to", { name });
  }

  #press(event) {
    const button = event.target.closest("button");
    if (!button || button.ariaDisabled === "true") return;
    const { kind, key } = button.closest("li").dataset;
    const to = { [kind === "agent" ? "toAgent" : "toQueue"]: key.slice(kind.length + 1) };
    this.#session.send({ type: button.dataset.act, callId: this.#call().callId, ...to });
    this.close();
  }
}
