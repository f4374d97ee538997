/**
 * Owns how presses and keys become acts. Letters work only while the keyboard is inside the call (WCAG 2.1.4); a held
 * key is one press; a button that says it does nothing does nothing.
 */
const KEYS = {
  popup: { a: "answer", r: "reject", escape: "reject" },
  conversation: { m: "mute", h: "hold", k: "keypad-toggle", t: "transfer" },
};

/** `acts` gives a function for each part that can be pressed. */
export function listen(view, acts) {
  for (const [name, act] of Object.entries(acts))
    view.part(name).addEventListener("click", ({ currentTarget }) => currentTarget.ariaDisabled !== "true" && act());
  for (const [name, letters] of Object.entries(KEYS))
    view.part(name).addEventListener("keydown", (event) => key(view, event, name, letters));
}

function key(view, event, name, letters) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select")) return;
  const enter = event.key === "Enter" && event.target === view.part("popup");
  const button = enter ? "answer" : letters[event.key.toLowerCase()];
  if (!button) return;
  event.preventDefault();
  view.part(button).click();
}
