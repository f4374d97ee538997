/**
 * Owns what this tab knows of its one call: `step(call, event, now)`, pure, without clock, network or DOM.
 *
 * Phases: none → ringing or dialling → talking → ended → none, and talking ⇄ returning while a conversation has lost its
 * line. A call that is dialled has no id before the server gives it one; until then `requestId` names it.
 * Beside it: `consult`, the colleague who is being asked ({ stage, colleague }, or null), `digits` that the customer has
 * pressed, and `alarm`, the side of which nothing can be heard (`caller`, `agent`, or null).
 * Only messages of the server move a phase; a press of a button is remembered in `asked` until the server confirms
 * it, so the state shown is always the server's.
 *
 * Events are the server's messages as they arrive, and of this page's own:
 *   dial                     the agent phones somebody: { requestId, customer, queue }
 *   answer, reject, hang_up  the agent pressed it and it was sent
 *   mute                     the agent turned the microphone off or on
 *   connection_lost          the server can no longer be heard; it gives a conversation back to whoever returns soon
 *   time_passed              nothing but that; `elsewhere` if the agent is in a call all the same
 *   dismiss                  the agent has read how the call ended
 * A `resume` carries `talkedMs` besides what the server sent: how long the conversation has lasted by now.
 * `now` is in milliseconds and is only ever compared with itself.
 */

/** Longest time a lost conversation is shown as one that may go on; the server waits a little less. */
const GIVE_UP_MS = 8_000;
/** The latest keys of the customer that are shown. */
const MOST_DIGITS = 32;

export const NO_CALL = Object.freeze({ phase: "none" });

/** The ring sound plays: a call rings and the agent has not reacted yet. */
export const rings = (call) => call.phase === "ringing" && call.asked === null;

/** The microphone is heard: never before the server has joined the voices, nor while the caller is on hold. */
export const speaks = (call) =>
  call.phase === "talking" && !call.muted && (!call.held || ["talking", "merged"].includes(call.consult?.stage));

/** The call needs a media leg in this tab. */
export const live = (call) => ["ringing", "dialling", "talking", "returning"].includes(call.phase);

/** Seconds of conversation so far, or in all once it has ended. */
export const talkedSeconds = (call, now) => (call.joinedAt === null ? 0 : ((call.endedAt ?? now) - call.joinedAt) / 1000);

/** The call after this event; the same object when the event does not concern it. */
export function step(call, event, now) {
  if (event.type === "ring") return ring(call, event);
  if (event.type === "resume") return resume(call, event, now);
  if (event.type === "dial") return live(call) ? call : dial(event);
  if (event.requestId !== undefined) return dialled(call, event, now);
  if (event.callId !== undefined && event.callId !== call.callId) return call;
  switch (call.phase) {
    case "ringing":
      return ringing(call, event, now);
    case "dialling":
      return dialling(call, event, now);
    case "talking":
      return talking(call, event, now);
    case "returning":
      return returning(call, event, now);
    case "ended":
      return event.type === "dismiss" ? NO_CALL : call;
    default:
      return call;
  }
}

/** The agent phones somebody; everything else about it the server says. */
const dial = ({ requestId, customer, queue }) =>
  begun({ phase: "dialling", callId: null, requestId, direction: "outbound", channel: "whatsapp", customer, queue });

/** What the server says of a wish to phone somebody, before that is a call. */
function dialled(call, event, now) {
  if (call.phase !== "dialling" || event.requestId !== call.requestId) return call;
  if (event.type === "dialling") return change(call, { callId: event.callId, stage: event.stage, warnings: event.warnings });
  const { code, reason = "", freeAt = null } = event;
  return change(ended(call, { endedBy: "refused", reason: code, errorText: reason }, now), { freeAt });
}

/** A call that was lost in mid-conversation may ring here again; a conversation is never interrupted by a ring. */
function ring(call, { callId, direction, channel, customer, queue, waitingSince, consultFrom = null, ctaPayload = null }) {
  if (["talking", "dialling"].includes(call.phase) || (call.phase === "ringing" && call.callId === callId)) return call;
  return begun({ phase: "ringing", callId, direction, channel, customer, queue, waitingSince, consultFrom, ctaPayload });
}

/** A conversation that this tab, or the page before it, has lost is given back. */
function resume(call, { callId, direction, channel, customer, queue, talkedMs }, now) {
  if (call.callId === callId) return change(call, { phase: "returning", asked: null, endedAt: null, end: null, lostAt: now });
  return begun({
    phase: "returning",
    callId,
    direction,
    channel,
    customer,
    queue,
    joinedAt: now - talkedMs,
    lostAt: now,
  });
}

const begun = (fields) =>
  Object.freeze({
    asked: null,
    muted: false,
    held: false,
    consult: null,
    consultFrom: null,
    ctaPayload: null,
    requestId: null,
    stage: null,
    warnings: [],
    freeAt: null,
    digits: "",
    alarm: null,
    joinedAt: null,
    lostAt: null,
    endedAt: null,
    end: null,
    ...fields,
  });

function ringing(call, event, now) {
  switch (event.type) {
    case "answer":
    case "reject":
      return call.asked === null ? change(call, { asked: event.type }) : call;
    case "joined":
      return change(call, { phase: "talking", asked: null, joinedAt: now });
    case "stop_ring":
    case "connection_lost":
      return NO_CALL;
    case "call_ended":
      return ended(call, event, now);
    default:
      return call;
  }
}

function dialling(call, event, now) {
  switch (event.type) {
    case "hang_up":
      return call.asked === null ? change(call, { asked: "hang_up" }) : call;
    case "joined":
      return change(call, { phase: "talking", asked: null, joinedAt: now });
    case "call_ended":
      return ended(call, event, now);
    case "connection_lost":
      return ended(call, { endedBy: "connection", reason: "connection_lost" }, now);
    default:
      return call;
  }
}

function talking(call, event, now) {
  switch (event.type) {
    case "mute":
      return change(call, { muted: !call.muted });
    case "held":
    case "joined":
      return change(call, { held: event.type === "held" });
    case "consulting":
      return change(call, { consult: { stage: event.stage, colleague: event.colleague } });
    case "consult_ended":
      return change(call, { consult: null });
    case "handed_over":
      return change(call, { consultFrom: null, customer: event.customer, queue: event.queue });
    case "digit":
      return change(call, { digits: (call.digits + event.digit).slice(-MOST_DIGITS) });
    case "audio_alarm":
      return change(call, { alarm: event.silent });
    case "hang_up":
      return call.asked === null ? change(call, { asked: "hang_up" }) : call;
    case "call_ended":
      return ended(call, event, now);
    case "stop_ring":
      return ended(call, { endedBy: taken(event) ? "elsewhere" : "other", reason: event.reason }, now);
    case "connection_lost":
      return change(call, { phase: "returning", asked: null, lostAt: now });
    default:
      return call;
  }
}

function returning(call, event, now) {
  switch (event.type) {
    case "joined":
    case "held":
      return change(call, { phase: "talking", asked: null, held: event.type === "held" });
    case "mute":
    case "hang_up":
    case "call_ended":
    case "stop_ring":
      return talking(call, event, now);
    case "connection_lost":
      return change(call, { asked: null });
    case "time_passed":
      return now - call.lostAt < GIVE_UP_MS
        ? call
        : ended(call, { endedBy: event.elsewhere ? "elsewhere" : "connection", reason: "connection_lost" }, now);
    default:
      return call;
  }
}

const taken = ({ reason }) => reason === "answered_elsewhere";

function ended(call, { endedBy, reason, errorCode = null, errorText = null }, now) {
  return change(call, { phase: "ended", asked: null, endedAt: now, end: { endedBy, reason, errorCode, errorText } });
}

const change = (call, fields) => Object.freeze({ ...call, ...fields });
