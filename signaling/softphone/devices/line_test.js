/**
 * Owns one test call: a leg to the server that hears music for some seconds, and what was found out about it. It tells
 * apart what an administrator has to: no microphone, no answer, no way through the network, or a bad line.
 */
import { Line, verdict } from "./line.js";
import { MediaLeg } from "../media.js";
import { NoMicrophone } from "../microphone.js";

/** How long a line may take to come up; ICE gives up later than people do. */
const UP_WITHIN_MS = 8_000;
const LISTEN_MS = 3_000;
/** -60 dB below full scale: quieter than any music, louder than comfort noise. */
const SOUND = 0.001;

/**
 * Runs a test. `session` as in ../session.js; `microphone` as in ../microphone.js; `onVoice(stream)` may play what is
 * heard. Gives `{ ok, reason }` with reason `microphone`, `refused` or `network`, or `{ ok, path, roundTripMs, quality }`.
 */
export async function testLine(session, microphone, onVoice) {
  let connected;
  const up = new Promise((resolve) => (connected = resolve));
  const leg = new MediaLeg({
    iceServers: session.iceServers,
    onVoice,
    onState: (state) => ["connected", "failed"].includes(state) && connected(state),
  });
  const leaving = new AbortController();
  const answered = new Promise((resolve) => {
    const hear = ({ detail }) => ["line_answer", "line_refused"].includes(detail.type) && resolve(detail);
    session.addEventListener("message", hear, { signal: leaving.signal });
  });
  try {
    session.send({ type: "line_offer", sdp: await leg.offer(microphone) });
    const answer = await within(UP_WITHIN_MS, answered);
    if (answer?.type !== "line_answer") return { ok: false, reason: "refused" };
    await leg.answer(answer.sdp);
    if ((await within(UP_WITHIN_MS, up)) !== "connected") return { ok: false, reason: "network" };
    const line = new Line(leg.peer);
    await line.look();
    await within(LISTEN_MS, new Promise(() => {}));
    const { path, roundTripMs, hearing } = await line.look();
    const quality = verdict(hearing, roundTripMs);
    return hearing?.level > SOUND ? { ok: quality !== "poor", path, roundTripMs, quality } : { ok: false, reason: "network" };
  } catch (error) {
    if (error instanceof NoMicrophone) return { ok: false, reason: "microphone" };
    throw error;
  } finally {
    leaving.abort();
    session.send({ type: "end_line_test" });
    leg.close();
  }
}

/** What the promise gives, or undefined when time is over. */
const within = (milliseconds, promise) => Promise.race([promise, new Promise((done) => setTimeout(done, milliseconds))]);
