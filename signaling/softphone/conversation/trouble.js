/** Owns saying what went wrong and what to do about it: one box, in words, with a button that tries again. */
import { Refusal } from "../session.js";
import { maker, partsOf } from "./markup.js";

const make = maker(`<div class="trouble" role="alert" data-testid="trouble" hidden><p part="trouble-words"></p>
  <button type="button" class="quiet" part="trouble-retry" data-text="try_again"></button></div>`);

/** The server's refusal as a person reads it, in the language of the page as far as its words are ours. */
function explainRefusal(say, { code, title, detail = "" }) {
  const words = say.known(`problem.${code}`) ?? say.known(`reason.${code}`);
  if (words !== null) return code === "invalid" ? `${words} ${detail}` : words;
  return detail ? `${title}. ${detail}`.replace("..", ".") : title;
}

export class Trouble {
  element = make();
  #say;
  #parts = partsOf(this.element);
  #details = null;
  #retry = null;

  constructor(say) {
    this.#say = say;
    this.#parts["trouble-retry"].addEventListener("click", () => this.#retry());
  }

  clear() {
    this.#details = null;
    this.draw();
  }

  draw() {
    this.element.hidden = this.#details === null;
    if (this.#details === null) return;
    this.#parts["trouble-words"].textContent = explainRefusal(this.#say, this.#details);
    this.#parts["trouble-retry"].hidden = this.#retry === null;
  }

  /** Show a refusal; `retry`, if there is one, is offered as a button. */
  show(details, retry = null) {
    this.#details = details;
    this.#retry = retry;
    this.draw();
  }

  /** Do `work()` and give its answer; a refusal is shown, with `retry` behind its button, and undefined given. */
  async during(work, retry = null) {
    try {
      const answer = await work();
      this.clear();
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.show(error.details, retry);
      return undefined;
    }
  }
}
