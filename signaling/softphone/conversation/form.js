/** Owns the form of a conversation: topic, tags, priority, status, queue and who sees to it. Says when the agent has changed it. */
import { maker, named, partsOf } from "./markup.js";

const options = (name, values) => values.map((value) => `<option value="${value}" data-text="${name}.${value}"></option>`).join("");

const make = maker(`
<div ${named("form")} class="form">
  <label class="field wide"><span data-text="topic"></span><input type="text" ${named("topic")} maxlength="200" autocomplete="off"></label>
  <label class="field wide"><span data-text="tags"></span><input type="text" ${named("tags")} data-placeholder="tags_hint" autocomplete="off"></label>
  <label class="field"><span data-text="priority"></span><select part="priority" data-testid="priority">${options("priority", ["low", "normal", "high", "urgent"])}</select></label>
  <label class="field"><span data-text="status"></span><select part="status" data-testid="status">${options("status", ["open", "pending", "solved"])}</select></label>
  <label class="field"><span data-text="queue"></span><select part="queue" data-testid="form-queue"></select></label>
  <label class="field"><span data-text="agent"></span><select part="agent" data-testid="form-agent"></select></label>
</div>`);

const EMPTY = { topic: "", tags: [], priority: "normal", status: "open", queue: null, agent: null };

export class Form {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #me;
  #queues = [];
  #shown = EMPTY;

  /** `me()`: who looks; `onChange(change)`: what has just been changed, as the server takes it; "" empties a field. */
  constructor({ say, me, onChange }) {
    this.#say = say;
    this.#me = me;
    this.element.addEventListener("change", ({ target }) => {
      const name = target.getAttribute("part");
      onChange({ [name]: this.value[name] ?? "" });
    });
  }

  /** As the server takes it. */
  get value() {
    const { topic, tags, priority, status, queue, agent } = this.#parts;
    const list = tags.value.split(/[,、]/).map((tag) => tag.trim()).filter(Boolean);
    const chosen = { priority: priority.value, status: status.value, queue: queue.value || null, agent: agent.value || null };
    return { topic: topic.value.trim(), tags: list, ...chosen };
  }

  /** The queues that a conversation may belong to. */
  set queues(names) {
    this.#queues = names;
    this.#choices("queue", "queue_usual", names, this.#parts.queue.value || this.#shown.queue);
  }

  /** Show a form of the server; what the agent is just typing stays. */
  show(form = EMPTY) {
    this.#shown = { ...EMPTY, ...form };
    const { topic, tags, priority, status, queue, agent } = this.#shown;
    this.#put("topic", topic);
    this.#put("tags", tags.join(", "));
    this.#put("priority", priority);
    this.#put("status", status);
    this.#choices("queue", "queue_usual", this.#queues, queue);
    this.#choices("agent", "agent_nobody", [this.#me()], agent);
  }

  #put(name, text) {
    const field = this.#parts[name];
    if (field.getRootNode().activeElement !== field) field.value = text;
  }

  /** Offer these names, the chosen one and none of them. */
  #choices(part, none, names, chosen) {
    const shown = [...new Set([...names, chosen])].filter(Boolean).sort();
    const empty = new Option(this.#say(none), "");
    empty.dataset.text = none;
    this.#parts[part].replaceChildren(empty, ...shown.map((name) => new Option(name, name)));
    this.#parts[part].value = chosen ?? "";
  }
}
