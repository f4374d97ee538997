/** Owns the form of a conversation: topic, tags, priority, status and queue. Says when the agent has changed it. */
import { maker, named, partsOf } from "./markup.js";

const options = (name, values) => values.map((value) => `<option value="${value}" data-text="${name}.${value}"></option>`).join("");

const make = maker(`
<div ${named("form")} class="form">
  <label class="field wide"><span data-text="topic"></span><input type="text" ${named("topic")} maxlength="200" autocomplete="off"></label>
  <label class="field wide"><span data-text="tags"></span><input type="text" ${named("tags")} data-placeholder="tags_hint" autocomplete="off"></label>
  <label class="field"><span data-text="priority"></span><select part="priority" data-testid="priority">${options("priority", ["low", "normal", "high", "urgent"])}</select></label>
  <label class="field"><span data-text="status"></span><select part="status" data-testid="status">${options("status", ["open", "pending", "solved"])}</select></label>
  <label class="field"><span data-text="queue"></span><select part="queue" data-testid="form-queue"></select></label>
</div>`);

const EMPTY = { topic: "", tags: [], priority: "normal", status: "open", queue: null };

export class Form {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #queues = [];
  #shown = EMPTY;

  /** `onChange(change)`: what the agent has just changed, as the server takes it; null clears the queue. */
  constructor({ say, onChange }) {
    this.#say = say;
    this.element.addEventListener("change", ({ target }) => {
      const name = target.getAttribute("part");
      onChange({ [name]: this.value[name] ?? "" });
    });
  }

  /** As the server takes it. */
  get value() {
    const { topic, tags, priority, status, queue } = this.#parts;
    const list = tags.value.split(/[,、]/).map((tag) => tag.trim()).filter(Boolean);
    return { topic: topic.value.trim(), tags: list, priority: priority.value, status: status.value, queue: queue.value || null };
  }

  /** The queues that a conversation may belong to. */
  set queues(names) {
    this.#queues = names;
    this.#drawQueues(this.#parts.queue.value || this.#shown.queue);
  }

  /** Show a form of the server; what the agent is just typing stays. */
  show(form = EMPTY) {
    this.#shown = { ...EMPTY, ...form };
    const { topic, tags, priority, status, queue } = this.#shown;
    this.#put("topic", topic);
    this.#put("tags", tags.join(", "));
    this.#put("priority", priority);
    this.#put("status", status);
    this.#drawQueues(queue);
  }

  #put(name, text) {
    const field = this.#parts[name];
    if (field.getRootNode().activeElement !== field) field.value = text;
  }

  #drawQueues(chosen) {
    const names = [...new Set([...this.#queues, ...(chosen ? [chosen] : [])])].sort();
    const none = new Option(this.#say("queue_usual"), "");
    none.dataset.text = "queue_usual";
    this.#parts.queue.replaceChildren(none, ...names.map((name) => new Option(name, name)));
    this.#parts.queue.value = chosen ?? "";
  }
}
