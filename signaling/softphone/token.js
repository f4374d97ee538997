/**
 * Owns where the sign-in token lives: in sessionStorage, so that it dies with the tab and is never part of an address.
 */
const KEY = "ringbridge.token";

/** Move `#token=…` from the address bar and the history entry into sessionStorage. Returns it, or null. */
export function takeFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return null;
  history.replaceState(null, "", location.pathname + location.search);
  keep(token);
  return token;
}

/** The token of this tab, or null. */
export function stored() {
  return sessionStorage.getItem(KEY);
}

export function keep(token) {
  sessionStorage.setItem(KEY, token);
}

export function forget() {
  sessionStorage.removeItem(KEY);
}
