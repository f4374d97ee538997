/** Owns what all markup of the panel shares: making elements, pictures, and putting words where keys stand. */

/** A function that makes the element this HTML describes. */
export function maker(html) {
  const made = Object.assign(document.createElement("template"), { innerHTML: html.trim() });
  return () => made.content.firstElementChild.cloneNode(true);
}

const icon = (path) => `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;

const HANDSET =
  '<path d="M6.6 3.500 9 3l2 4.6-1.9 1.7a12 12 0 0 0 5.6 5.6l1.7-1.9L21 15l-.5 2.400c-.3 1.5-1.600 2.600-3.100 2.500C10.500 19.500 4.500 13.500 4.100 6.600 4 5.100 5.100 3.800 6.600 3.500Z"/>';

export const ICONS = {
  plus: icon('<path class="line" d="M12 5v14M5 12h14"/>'),
  back: icon('<path class="line" d="M14.500 5.500 8 12l6.500 6.500"/>'),
  close: icon('<path class="line" d="M6 6l12 12M18 6 6 18"/>'),
  search: icon('<circle class="line" cx="10.500" cy="10.500" r="6"/><path class="line" d="m15 15 5 5"/>'),
  handset: icon(HANDSET),
};

/** `part`, which themes use, and `data-testid`, which tests use. */
export const named = (name) => `part="${name}" data-testid="${name}"`;

/** Write words into everything below `root` that carries a key: text, accessible name, placeholder. */
export function speak(root, say) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of root.querySelectorAll("[data-label]")) node.ariaLabel = say(node.dataset.label);
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
}

/** Elements of a piece by their `part`. */
export const partsOf = (element) =>
  Object.fromEntries([...element.querySelectorAll("[part]")].map((node) => [node.getAttribute("part"), node]));

/** Text is only written when it changes, so that a screen reader says it once. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Keep a button in place and focusable, but say that it does nothing now, and let `why` be read with it. */
export function hold(button, held, why = "") {
  button.ariaDisabled = String(held);
  button.title = held ? why : "";
}

/** Acts on presses of a button that is not held. */
export function press(button, act) {
  button.addEventListener("click", () => button.ariaDisabled !== "true" && act());
}

/** `Maria Okafor` → `MO`. */
export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((word) => [...word][0].toUpperCase()).join("");
}
