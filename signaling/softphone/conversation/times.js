/** Owns how moments and lengths of time are written; epoch seconds and seconds in, words out. */
import { formatDuration } from "../duration.js";

const DAY_S = 86_400;

/** The server's clock minus ours, seconds: what the server says ends at a moment ends then, whatever clock a desk has. */
let ahead = 0;

export function learnServerTime(epoch) {
  ahead = epoch - Date.now() / 1000;
}

/** The server's time. */
export const serverNow = () => Date.now() / 1000 + ahead;

/** `14:05`, and the day before it unless that is today. */
export function moment(language, epoch) {
  const then = new Date(epoch * 1000);
  const today = then.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language, { ...day, hour: "2-digit", minute: "2-digit" }).format(then);
}

/** What is left until a moment: `6 d 4 h`, or `23:59:07`. */
export function left(say, epoch) {
  const seconds = Math.max(0, Math.ceil(epoch - serverNow()));
  if (seconds < DAY_S) return formatDuration(seconds);
  return say("days_hours", { days: Math.floor(seconds / DAY_S), hours: Math.floor((seconds % DAY_S) / 3600) });
}
