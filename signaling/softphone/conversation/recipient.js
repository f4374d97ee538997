/**
 * Owns the field To: customers we know, by the beginning of a name or number, or a new number, checked and formatted
 * while it is typed. A combobox (ARIA 1.2): arrows choose, Enter takes, Escape closes.
 */
import { keep } from "../rows.js";
import { Latest, settled } from "./latest.js";
import { maker, named, partsOf, write } from "./markup.js";
import { Trouble } from "./trouble.js";

const TYPING_MS = 150;
/** Fewer digits are no number anywhere. */
const LEAST_DIGITS = 5;

const make = maker(`
<div class="recipient">
  <label class="field"><span data-text="to"></span>
    <input type="text" ${named("to")} role="combobox" aria-expanded="false" aria-controls="to-list" aria-autocomplete="list"
      aria-describedby="to-words" autocomplete="off" spellcheck="false" data-placeholder="to_hint"></label>
  <ul id="to-list" role="listbox" part="to-list" data-testid="to-list" data-label="to" class="options" hidden></ul>
  <p id="to-words" class="small" ${named("to-words")} role="status"></p>
</div>`);

const option = maker(`<li role="option"><strong></strong> <span class="small"></span></li>`);

export class Recipient {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #onChange;
  #trouble;
  #latest = new Latest();
  #options = [];
  #active = -1;
  #contact = null;
  #check = null;
  #lookSoon = settled(() => this.#look(), TYPING_MS);

  /** `onChange(contact)`: whom the agent means; `{ number }` or a contact of the server, or null. */
  constructor({ say, records, onChange }) {
    this.#say = say;
    this.#records = records;
    this.#onChange = onChange;
    this.#trouble = new Trouble(say);
    this.element.append(this.#trouble.element);
    const field = this.#parts.to;
    field.addEventListener("input", () => this.#typed());
    field.addEventListener("keydown", (event) => this.#key(event));
    field.addEventListener("blur", () => this.#leave());
    // A press must not take the focus from the field before it counts.
    this.#parts["to-list"].addEventListener("pointerdown", (event) => event.preventDefault());
    this.#parts["to-list"].addEventListener("click", ({ target }) => {
      const row = target.closest("[role=option]");
      if (row) this.#take(this.#options[Number(row.dataset.key)]);
    });
  }

  /** Whom the agent means, or null. */
  get contact() {
    return this.#contact;
  }

  /** What stands in the field. */
  get text() {
    return this.#parts.to.value;
  }

  /** Mean this customer, or nobody; `text` is what was typed of one who was not found yet. */
  async choose(contact, text = "") {
    this.#parts.to.value = contact ? "" : text;
    this.#contact = null;
    if (contact) await this.#take({ contact, shown: contact.number ? `+${contact.number}` : (contact.user_id ?? "") });
    else if (text) await this.#look();
    else this.#drop();
    this.#close();
  }

  focus() {
    this.#parts.to.focus();
  }

  draw() {
    keep(this.#parts["to-list"], this.#options.entries(), ([index]) => String(index), option, (row, [index, { contact, shown, known }]) => {
      row.id = `to-${index}`;
      row.ariaSelected = String(index === this.#active);
      write(row.firstElementChild, contact.name ?? shown);
      write(row.lastElementChild, contact.name ? shown : known ? "" : this.#say("new_number"));
    });
    const open = this.#options.length > 0;
    this.#parts["to-list"].hidden = !open;
    this.#parts.to.ariaExpanded = String(open);
    if (this.#active >= 0) this.#parts.to.setAttribute("aria-activedescendant", `to-${this.#active}`);
    else this.#parts.to.removeAttribute("aria-activedescendant");
    write(this.#parts["to-words"], this.#words());
    this.#trouble.draw();
  }

  #words() {
    if (this.#check === null) return "";
    const { country, possible } = this.#check;
    const place = country ? new Intl.DisplayNames(this.#say.language, { type: "region" }).of(country) : "";
    return possible ? place : [place, this.#say("number_incomplete")].filter(Boolean).join(" – ");
  }

  #typed() {
    if (this.#contact !== null) {
      this.#contact = null;
      this.#onChange(null);
    }
    this.#lookSoon();
  }

  async #look() {
    const field = this.#parts.to;
    const text = field.value.trim();
    if (text === "") return this.#drop();
    const dialled = /^[+\d][\d\s().-]*$/.test(text);
    const ask = () =>
      this.#latest.ask(() => Promise.all([this.#records.contacts(text), dialled ? this.#records.number(text) : null]));
    const found = await this.#trouble.during(ask, () => this.#look());
    if (!found) return;
    const [contacts, check] = found.answer;
    this.#check = check;
    const known = contacts.map((contact) => ({ contact, shown: contact.number ? `+${contact.number}` : (contact.user_id ?? ""), known: true }));
    const fresh = check?.possible && check.digits.length >= LEAST_DIGITS && !contacts.some(({ number }) => number === check.digits);
    this.#options = fresh ? [...known, { contact: { number: check.digits }, shown: check.shown, known: false }] : known;
    // Formatted as it is typed, but never under a cursor that stands inside.
    if (check?.digits && field.selectionEnd === field.value.length) field.value = check.shown;
    this.#active = -1;
    this.draw();
  }

  #drop() {
    this.#latest.drop();
    this.#check = null;
    this.#close();
  }

  #close() {
    this.#options = [];
    this.#active = -1;
    this.draw();
  }

  async #take({ contact, shown }) {
    this.#lookSoon.cancel();
    this.#latest.drop();
    this.#contact = contact;
    this.#check = null;
    const number = contact.number ? await this.#records.number(`+${contact.number}`).catch(() => null) : null;
    if (this.#contact !== contact) return;
    this.#check = number;
    this.#parts.to.value = [contact.name, number?.shown ?? shown].filter(Boolean).join(" · ");
    this.#close();
    this.#onChange(contact);
  }

  #key(event) {
    const { key } = event;
    const count = this.#options.length;
    if (key === "Escape" && count) this.#close();
    else if ((key === "ArrowDown" || key === "ArrowUp") && count) {
      this.#active = (this.#active + (key === "ArrowDown" ? 1 : count - (this.#active < 0 ? 0 : 1))) % count;
      this.draw();
    } else if (key === "Enter" && count) this.#take(this.#options[Math.max(0, this.#active)]);
    else return;
    event.preventDefault();
  }

  /** Whoever has typed a whole number and goes on to the next field means it. */
  #leave() {
    if (this.#contact === null && this.#options.length === 1) this.#take(this.#options[0]);
    else this.#close();
  }
}
