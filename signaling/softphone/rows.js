/**
 * Owns keeping a list in the page equal to a list of data: elements stay while their key stays, and only text that
 * changed is written, so that a busy site costs little and a screen reader is not interrupted.
 */

/** Make `parent`'s children one element for each item, in order; `make()` makes one, `draw(element, item)` fills it. */
export function keep(parent, items, keyOf, make, draw) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const element = known.get(key) ?? make();
    known.delete(key);
    element.dataset.key = key;
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
    draw(element, item);
  }
  for (const gone of known.values()) gone.remove();
}

/** Where the facts and words of an element are; looked for once, for its markup never changes. */
const places = new WeakMap();

function placesOf(element) {
  if (!places.has(element)) {
    const facts = [...element.querySelectorAll("[data-fact]")];
    places.set(element, { facts, words: [...element.querySelectorAll("[data-text]")] });
  }
  return places.get(element);
}

/** Write `facts` into the elements that carry their names as `data-fact`. */
export function fill(element, { for: say, ...facts }) {
  const { facts: nodes, words } = placesOf(element);
  for (const node of nodes) write(node, String(facts[node.dataset.fact]));
  if (say) for (const node of words) write(node, say(node.dataset.text));
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
