/**
 * Owns writing to a customer with something Meta lets us write: a template, or, while the 24-hour window is open, words
 * of one's own. Two kinds: `ask` asks for permission to call, `button` sends a template whose button calls us.
 */
import { keepAs, recall } from "./kept.js";
import { hold, maker, named, partsOf, press, write } from "./markup.js";
import { newKey } from "./records.js";
import { Templates } from "./templates.js";
import { moment } from "./times.js";
import { Trouble } from "./trouble.js";

const MOST_TEXT = 1024;

const make = maker(`
<form class="composer" ${named("ask-form")}>
  <p class="warned" ${named("asked-already")} role="status" hidden></p>
  <div class="segments" part="ways" role="radiogroup" data-label="ask_with">
    <label><input type="radio" name="way" value="template" checked><span data-text="with_template"></span></label>
    <label><input type="radio" name="way" value="text"><span data-text="with_text"></span></label>
  </div>
  <div part="template-place"></div>
  <label class="field" part="text-place" hidden><span><span data-text="ask_text"></span><span class="count" part="ask-count"></span></span>
    <textarea ${named("ask-text")} rows="3" data-placeholder="ask_text_hint"></textarea></label>
  <div class="row">
    <p class="small" ${named("ask-state")} role="status"></p>
    <button type="submit" ${named("ask-send")} class="primary"></button>
  </div>
</form>`);

export class Ask {
  element = make();
  #parts = partsOf(this.element);
  #templates;
  #say;
  #send;
  #trouble;
  #kind = "ask";
  #name = null;
  #open = false;
  #told = null;
  #why = "";
  #key = newKey();
  #sending = false;

  /** `send(kind, key, wish)` writes to the customer; it raises Refusal and gives whether the message is now under way. */
  constructor({ say, records, send }) {
    this.#say = say;
    this.#send = send;
    this.#trouble = new Trouble(say);
    this.#templates = new Templates({ say, records, onChange: () => this.#changed() });
    this.#parts["template-place"].append(this.#templates.element);
    this.element.append(this.#trouble.element);
    this.#parts.ways.addEventListener("change", () => this.#changed());
    this.#parts["ask-text"].addEventListener("input", () => {
      keepAs(`${this.#name}.text`, this.#parts["ask-text"].value);
      this.#changed();
    });
    this.element.addEventListener("submit", (event) => event.preventDefault());
    press(this.#parts["ask-send"], () => this.#submit());
  }

  /**
   * `kind`; `name`, under which what is typed is kept; `open`, whether the window is; `told`, the permission of the pair;
   * `why` this number cannot write at all, in words.
   */
  show({ kind, name, open, told, why = "" }) {
    if (name !== this.#name) {
      this.#parts["ask-text"].value = recall(`${name}.text`) ?? "";
      this.#trouble.clear();
      this.#key = newKey();
    }
    this.#kind = kind;
    this.#name = name;
    this.#open = open;
    this.#told = told;
    this.#why = why;
    this.#templates.begin(kind, name);
    this.draw();
  }

  draw() {
    const say = this.#say;
    const free = this.#open && this.#kind === "ask";
    this.#parts.ways.hidden = !free;
    const written = free && this.#way === "text";
    this.#parts["text-place"].hidden = !written;
    this.#parts["template-place"].hidden = written;
    this.#templates.draw();
    const used = [...this.#parts["ask-text"].value].length;
    write(this.#parts["ask-count"], `${used} / ${MOST_TEXT}`);
    this.#parts["ask-count"].dataset.over = String(used > MOST_TEXT);
    write(this.#parts["ask-send"], say(this.#kind === "ask" ? "send_request" : "send_button"));
    const asked = this.#kind === "ask" ? (this.#told?.requests.findLast(({ delivery }) => delivery === "sent") ?? null) : null;
    this.#parts["asked-already"].hidden = asked === null;
    write(this.#parts["asked-already"], asked === null ? "" : say("asked_already", { time: moment(say.language, asked.at) }));
    const why = this.#lacks(written, used);
    write(this.#parts["ask-state"], this.#sending ? say("draft.sending") : why);
    hold(this.#parts["ask-send"], this.#sending || why !== "", why);
    this.#trouble.draw();
  }

  focus() {
    (this.element.querySelector("input[type=search]") ?? this.#parts["ask-text"]).focus();
  }

  get #way() {
    return this.element.querySelector("[name=way]:checked").value;
  }

  /** What stands in the way of sending, in words. */
  #lacks(written, used) {
    const say = this.#say;
    if (this.#why) return this.#why;
    const request = this.#told?.request;
    if (this.#kind === "ask" && request && !request.allowed) return say(`reason.${request.reason}`);
    if (written) return used > MOST_TEXT ? say("draft.too_long") : "";
    return this.#templates.lacks;
  }

  #changed() {
    // Another text is another wish: the server must not take it for the former one tried again.
    this.#key = newKey();
    this.draw();
  }

  async #submit() {
    const written = this.#open && this.#kind === "ask" && this.#way === "text";
    const wish = written ? { text: this.#parts["ask-text"].value } : { template: this.#templates.filled };
    this.#sending = true;
    this.draw();
    const done = await this.#trouble.during(() => this.#send(this.#kind, this.#key, wish), () => this.#submit());
    this.#sending = false;
    if (done) {
      keepAs(`${this.#name}.text`, null);
      this.#parts["ask-text"].value = "";
      this.#templates.finish();
      this.#key = newKey();
    }
    this.draw();
  }
}
