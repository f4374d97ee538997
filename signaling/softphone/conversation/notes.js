/** Owns writing notes for colleagues: a new one, or one of the agent's own anew. What is typed survives a reload. */
import { keepAs, recall } from "./kept.js";
import { hold, maker, named, partsOf, press, write } from "./markup.js";
import { newKey } from "./records.js";
import { Trouble } from "./trouble.js";

const make = maker(`
<form class="composer" ${named("note-form")}>
  <label class="field"><span data-text="note_label"></span>
    <textarea ${named("note-text")} rows="2" maxlength="4000" data-placeholder="note_hint"></textarea></label>
  <div class="row">
    <p class="small" part="note-state" role="status"></p>
    <button type="button" part="note-cancel" class="quiet" data-text="cancel" hidden></button>
    <button type="submit" ${named("note-save")} class="primary" data-text="note_save"></button>
  </div>
</form>`);

export class Notes {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #onThread;
  #trouble;
  #conversation = null;
  #draft = null;
  #saving = false;

  /** `onThread(thread)`: the conversation as the server keeps it now. */
  constructor({ say, records, onThread }) {
    this.#say = say;
    this.#records = records;
    this.#onThread = onThread;
    this.#trouble = new Trouble(say);
    this.element.append(this.#trouble.element);
    this.#parts["note-text"].addEventListener("input", () => this.#typed());
    press(this.#parts["note-cancel"], () => this.#begin());
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save();
    });
    this.#parts["note-text"].addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#save();
    });
  }

  show(conversation) {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.#trouble.clear();
    this.#begin(recall(this.#keptAs));
  }

  /** Write one's own note anew. */
  edit({ id, text }) {
    this.#begin({ id, text, edits: true });
    keepAs(this.#keptAs, this.#draft);
    this.#parts["note-text"].focus();
  }

  async drop(note) {
    const thread = await this.#trouble.during(() => this.#records.dropNote(this.#conversation, note), () => this.drop(note));
    if (thread) this.#onThread(thread);
  }

  draw() {
    const { text, edits } = this.#draft ?? { text: "", edits: false };
    this.#parts["note-cancel"].hidden = !edits;
    hold(this.#parts["note-save"], this.#saving || text.trim() === "");
    write(this.#parts["note-state"], this.#saving ? this.#say("saving") : "");
    this.#trouble.draw();
  }

  get #keptAs() {
    return `note.${this.#conversation}`;
  }

  #begin(draft = null) {
    this.#draft = draft ?? { id: newKey(), text: "", edits: false };
    if (draft === null) keepAs(this.#keptAs, null);
    this.#parts["note-text"].value = this.#draft.text;
    this.draw();
  }

  #typed() {
    this.#draft = { ...this.#draft, text: this.#parts["note-text"].value };
    keepAs(this.#keptAs, this.#draft.text === "" && !this.#draft.edits ? null : this.#draft);
    this.draw();
  }

  async #save() {
    if (this.#saving || this.#draft.text.trim() === "") return;
    const conversation = this.#conversation;
    const { id, text } = this.#draft;
    this.#saving = true;
    this.draw();
    const thread = await this.#trouble.during(() => this.#records.note(conversation, id, text), () => this.#save());
    this.#saving = false;
    if (thread && conversation === this.#conversation && this.#draft.id === id) this.#begin();
    else this.draw();
    if (thread) this.#onThread(thread);
  }
}
