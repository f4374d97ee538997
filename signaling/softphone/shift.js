/**
 * Owns what a tab remembers across a reload or a lost connection: whether its agent was taking calls, and why not. The server
 * forgets an agent with the last tab; a short break should cost nobody his place, a long one may mean an empty chair.
 */
const KEY = "ringbridge.shift";
const SHORT_BREAK_MS = 120_000;

/** The server was heard at `now` (epoch milliseconds) and had said this presence. */
export function remember({ presence, awayReason }, now) {
  sessionStorage.setItem(KEY, JSON.stringify({ presence, awayReason, at: now }));
}

/** What the agent gave as the reason for being away, or null. */
export const awayReason = () => JSON.parse(sessionStorage.getItem(KEY))?.awayReason ?? null;

/** `none` if no calls were wanted, else `short` or `long`, for the time since the server was last heard. */
export function interrupted(now) {
  const { presence, at } = JSON.parse(sessionStorage.getItem(KEY)) ?? { presence: "away" };
  if (presence === "away") return "none";
  return now - at < SHORT_BREAK_MS ? "short" : "long";
}

export function forget() {
  sessionStorage.removeItem(KEY);
}
