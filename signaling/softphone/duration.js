/** Owns how a length of time is written. */

/** Seconds as `0:07`, `12:34` or `1:02:03`; never negative, whatever two clocks disagree about. */
export function formatDuration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
