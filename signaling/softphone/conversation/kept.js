/**
 * Owns what must outlive a reload but not the tab: what an agent has typed and not sent. Signing out forgets it, because
 * the next person at this desk must not read it.
 */
const PREFIX = "ringbridge.kept.";

/** What was kept under this name, or null. */
export function recall(name) {
  return JSON.parse(sessionStorage.getItem(PREFIX + name));
}

/** Keep `value` (anything JSON holds) under this name; null or an empty text keeps nothing. */
export function keepAs(name, value) {
  if (value === null || value === "") sessionStorage.removeItem(PREFIX + name);
  else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
}

export function forgetAll() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
}
