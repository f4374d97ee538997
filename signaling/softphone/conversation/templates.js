/**
 * Owns choosing a message template: search by name, text or tag, its variables, and the message as the customer will
 * read it. What a filled template reads like is the server's word; this only asks while the agent types.
 */
import { fill, keep } from "../rows.js";
import { keepAs, recall } from "./kept.js";
import { Latest, settled } from "./latest.js";
import { maker, named, partsOf, speak, write } from "./markup.js";
import { Trouble } from "./trouble.js";

const TYPING_MS = 200;

const make = maker(`
<div ${named("templates")} class="templates">
  <label class="field"><span data-text="template"></span>
    <input type="search" ${named("template-search")} data-placeholder="template_search" autocomplete="off"></label>
  <ul ${named("template-list")} class="choices" data-label="template"></ul>
  <p part="template-none" class="hint" data-text="template_none" hidden></p>
  <div part="template-values" class="values"></div>
  <figure ${named("preview")} class="preview" hidden>
    <figcaption class="small" data-text="preview"></figcaption>
    <div class="bubble ours" aria-live="polite">
      <p part="preview-header" class="bubble-head"></p><p part="preview-body" data-testid="preview-body" class="text"></p>
      <p part="preview-footer" class="small"></p><p part="preview-buttons" class="bubble-buttons"></p>
    </div>
    <p part="preview-problems" class="small wrong" role="status"></p>
  </figure>
</div>`);

const choice = maker(`<li><button type="button" class="choice"><span class="choice-name"><strong data-fact="name"></strong>
  <span class="tags" data-fact="tags"></span></span><span class="small" data-fact="body"></span></button></li>`);

const value = maker(`<label class="field"><span data-fact="name"></span><input type="text" autocomplete="off" maxlength="500"></label>`);

export class Templates {
  element = make();
  #parts = partsOf(this.element);
  #say;
  #records;
  #onChange;
  #trouble;
  #latest = new Latest();
  #previews = new Latest();
  #kind = "ask";
  #name = null;
  #found = null;
  #chosen = null;
  #values = {};
  #preview = null;
  #searchSoon = settled(() => this.#search(), TYPING_MS);
  #previewSoon = settled(() => this.#ask(), TYPING_MS);

  /** `onChange()`: another template, or other values. */
  constructor({ say, records, onChange }) {
    this.#say = say;
    this.#records = records;
    this.#onChange = onChange;
    this.#trouble = new Trouble(say);
    this.element.append(this.#trouble.element);
    this.#parts["template-search"].addEventListener("input", () => this.#searched());
    this.#parts["template-list"].addEventListener("click", (event) => this.#press(event));
    this.#parts["template-values"].addEventListener("input", ({ target }) => this.#fill(target));
  }

  /** The template with its values, as the server takes it; null if none is chosen or a value is missing. */
  get filled() {
    const fits = this.#preview !== null && this.#preview.missing.length === 0 && this.#preview.problems.length === 0;
    return this.#chosen !== null && fits ? this.#wish() : null;
  }

  /** What is missing before it can be sent, in words; empty if nothing is. */
  get lacks() {
    if (this.#chosen === null) return this.#say("choose_template");
    return this.filled === null ? this.#say("fill_values") : "";
  }

  /** Offer templates of this kind; what is typed is kept under `name`, `values` fill what was not typed. */
  begin(kind, name) {
    if (kind === this.#kind && name === this.#name) return;
    this.#kind = kind;
    this.#name = name;
    const kept = recall(`${name}.template`);
    this.#chosen = kept?.chosen ?? null;
    this.#values = kept?.values ?? {};
    this.#preview = this.#found = null;
    this.#previews.drop();
    this.#previewSoon.cancel();
    this.#parts["template-search"].value = "";
    this.#search();
    if (this.#chosen !== null) this.#ask();
    this.draw();
  }

  /** It was sent. */
  finish() {
    this.#values = {};
    this.#choose(null);
  }

  draw() {
    const list = this.#parts["template-list"];
    const shown = this.#chosen === null ? (this.#found ?? []) : [this.#chosen];
    keep(list, shown, keyOf, choice, (row, template) => this.#choice(row, template));
    list.hidden = shown.length === 0;
    this.#parts["template-none"].hidden = this.#found === null || shown.length > 0;
    this.#trouble.draw();
    const variables = this.#chosen?.variables ?? [];
    const keyOfValue = ({ key }) => `${keyOf(this.#chosen)} ${key}`;
    keep(this.#parts["template-values"], variables, keyOfValue, value, (row, variable) => this.#value(row, variable));
    this.#parts.preview.hidden = this.#chosen === null || this.#preview === null;
    if (this.#preview === null) return;
    const { header, body, footer, buttons, problems } = this.#preview;
    write(this.#parts["preview-header"], header ?? "");
    write(this.#parts["preview-body"], body);
    write(this.#parts["preview-footer"], footer ?? "");
    write(this.#parts["preview-buttons"], buttons.join(" · "));
    write(this.#parts["preview-problems"], problems.join(" "));
  }

  /** Whoever searches wants another one. */
  #searched() {
    if (this.#chosen !== null) this.#choose(null);
    this.#searchSoon();
  }

  #choose(template) {
    this.#searchSoon.cancel();
    this.#previewSoon.cancel();
    this.#previews.drop();
    this.#chosen = template;
    this.#preview = null;
    this.#keep();
    this.draw();
    this.#onChange();
  }

  #choice(row, template) {
    const tags = [template.language, ...template.tags].join(" · ");
    const unusable = template.status !== "APPROVED";
    fill(row, { name: template.name, tags: unusable ? this.#say("template_unusable") : tags, body: template.body });
    const button = row.firstElementChild;
    button.ariaPressed = String(this.#chosen !== null && keyOf(this.#chosen) === keyOf(template));
    button.ariaDisabled = String(unusable);
  }

  #value(row, { key, name, example }) {
    fill(row, { name: /^\d+$/.test(name) ? this.#say("value", { name }) : name });
    const input = row.querySelector("input");
    input.name = key;
    input.placeholder = example ?? "";
    if (input.value !== (this.#values[key] ?? "")) input.value = this.#values[key] ?? "";
  }

  #press(event) {
    const row = event.target.closest("li");
    if (!row || event.target.closest("button")?.ariaDisabled === "true") return;
    const pressed = (this.#found ?? []).find((template) => keyOf(template) === row.dataset.key);
    // Pressing the chosen one again opens the list of all.
    this.#choose(this.#chosen === null ? pressed : null);
    if (this.#chosen !== null) this.#ask();
    else this.#search();
    (this.element.querySelector(".values input") ?? row.querySelector("button"))?.focus();
  }

  #fill({ name, value: text }) {
    this.#values = { ...this.#values, [name]: text };
    this.#keep();
    this.#previewSoon();
  }

  #keep() {
    keepAs(`${this.#name}.template`, this.#chosen && { chosen: this.#chosen, values: this.#values });
  }

  #wish() {
    const { name, language, variables } = this.#chosen;
    const values = Object.fromEntries(variables.map(({ key }) => [key, this.#values[key] ?? ""]));
    return { name, language, values };
  }

  async #search() {
    const query = this.#parts["template-search"].value;
    const ask = () => this.#latest.ask(() => this.#records.templates(this.#kind, query));
    const found = await this.#trouble.during(ask, () => this.#search());
    if (!found) return;
    this.#found = found.answer;
    this.draw();
    speak(this.element, this.#say);
  }

  async #ask() {
    const ask = () => this.#previews.ask(() => this.#records.preview(this.#wish()));
    const found = await this.#trouble.during(ask, () => this.#ask());
    if (!found) return;
    this.#preview = found.answer;
    this.draw();
    this.#onChange();
  }
}

const keyOf = ({ name, language }) => `${name} ${language}`;
