/**
 * Owns what this tab knows of its one call: `step(call, event, now)`, pure, without clock, network or DOM.
 *
 * Phases: none → ringing → talking → ended → none. Only messages of the server move a phase; a press of a button
 * is remembered in `asked` until the server confirms it, so the state shown is always the server's.
 *
 * Events are the server's messages as they arrive, and of this page's own:
 *   answer, reject, hang_up  the agent pressed it and it was sent
 *   mute                     the agent turned the microphone off or on
 *   connection_lost          the server can no longer be heard, and has let go of this tab
 *   dismiss                  the agent has read how the call ended
 * `now` is in milliseconds and is only ever compared with itself.
 */

export const NO_CALL = Object.freeze({ phase: "none" });

/** The ring sound plays: a call rings and the agent has not reacted yet. */
export const rings = (call) => call.phase === "ringing" && call.asked === null;

/** The microphone is heard: never before the server has joined the voices. */
export const speaks = (call) => call.phase === "talking" && !call.muted;

/** The call needs a media leg in this tab. */
export const live = (call) => call.phase === "ringing" || call.phase === "talking";

/** Seconds of conversation so far, or in all once it has ended. */
export const talkedSeconds = (call, now) => (call.joinedAt === null ? 0 : ((call.endedAt ?? now) - call.joinedAt) / 1000);

/** The call after this event; the same object when the event does not concern it. */
export function step(call, event, now) {
  if (event.type === "ring") return ring(call, event);
  if (event.callId !== undefined && event.callId !== call.callId) return call;
  switch (call.phase) {
    case "ringing":
      return ringing(call, event, now);
    case "talking":
      return talking(call, event, now);
    case "ended":
      return event.type === "dismiss" ? NO_CALL : call;
    default:
      return call;
  }
}

/** A call that was lost in mid-conversation may ring here again; a conversation is never interrupted by a ring. */
function ring(call, { callId, direction, channel, customer, queue, waitingSince }) {
  if (call.phase === "talking" || (call.phase === "ringing" && call.callId === callId)) return call;
  return Object.freeze({
    phase: "ringing",
    callId,
    direction,
    channel,
    customer,
    queue,
    waitingSince,
    asked: null,
    muted: false,
    joinedAt: null,
    endedAt: null,
    end: null,
  });
}

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

function talking(call, event, now) {
  switch (event.type) {
    case "mute":
      return change(call, { muted: !call.muted });
    case "hang_up":
      return call.asked === null ? change(call, { asked: "hang_up" }) : call;
    case "call_ended":
      return ended(call, event, now);
    case "stop_ring":
      return ended(call, { endedBy: "other", reason: event.reason }, now);
    case "connection_lost":
      return ended(call, { endedBy: "connection", reason: "connection_lost" }, now);
    default:
      return call;
  }
}

function ended(call, { endedBy, reason, errorCode = null, errorText = null }, now) {
  return change(call, { phase: "ended", asked: null, endedAt: now, end: { endedBy, reason, errorCode, errorText } });
}

const change = (call, fields) => Object.freeze({ ...call, ...fields });
