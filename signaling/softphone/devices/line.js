/**
 * Owns what WebRTC's own statistics say about a voice line (W3C webrtc-stats): how it runs, and how well it does.
 * Figures are of the time since the last look, so that a bad moment shows while it lasts.
 */

/** The two directions of a line as they were at the last look; `look` gives what changed since. */
export class Line {
  #peer;
  #before = { received: 0, lost: 0, remoteLost: 0, sent: 0, heardEnergy: 0, heardFor: 0, saidEnergy: 0, saidFor: 0 };

  constructor(peer) {
    this.#peer = peer;
  }

  /**
   * `{ path, roundTripMs, hearing: { loss, jitterMs, level }, heard: { loss, jitterMs, level } }`; what is not known yet
   * is null. `path` is `host`, `srflx`, `prflx` or `relay`; loss is a part from 0 to 1, a level an amplitude from 0 to 1,
   * root mean square, so that neither a pause between two words nor a click is taken for the whole.
   */
  async look() {
    const all = [...(await this.#peer.getStats()).values()];
    const first = (type, where = () => true) => all.find((entry) => entry.type === type && where(entry));
    const pair = first("candidate-pair", ({ nominated, state }) => nominated && state === "succeeded");
    const incoming = first("inbound-rtp", ({ kind }) => kind === "audio");
    const outgoing = first("outbound-rtp", ({ kind }) => kind === "audio");
    const remote = first("remote-inbound-rtp", ({ kind }) => kind === "audio");
    const microphone = first("media-source", ({ kind }) => kind === "audio");
    const now = {
      received: incoming?.packetsReceived ?? 0,
      lost: incoming?.packetsLost ?? 0,
      remoteLost: remote?.packetsLost ?? 0,
      sent: outgoing?.packetsSent ?? 0,
      heardEnergy: incoming?.totalAudioEnergy ?? 0,
      heardFor: incoming?.totalSamplesDuration ?? 0,
      saidEnergy: microphone?.totalAudioEnergy ?? 0,
      saidFor: microphone?.totalSamplesDuration ?? 0,
    };
    const since = (name) => Math.max(0, now[name] - this.#before[name]);
    const hearing = incoming && {
      loss: part(since("lost"), since("received") + since("lost")),
      jitterMs: milliseconds(incoming.jitter),
      level: loudness(since("heardEnergy"), since("heardFor")),
    };
    const heard = outgoing && {
      loss: remote ? part(since("remoteLost"), since("sent")) : null,
      jitterMs: milliseconds(remote?.jitter),
      level: loudness(since("saidEnergy"), since("saidFor")),
    };
    this.#before = now;
    return {
      path: pair ? (all.find(({ id }) => id === pair.localCandidateId)?.candidateType ?? null) : null,
      roundTripMs: milliseconds(remote?.roundTripTime ?? pair?.currentRoundTripTime),
      hearing: hearing ?? null,
      heard: heard ?? null,
    };
  }
}

const milliseconds = (seconds) => (seconds === undefined ? null : Math.round(seconds * 1000));
const loudness = (energy, seconds) => (seconds > 0 ? Math.min(1, Math.sqrt(energy / seconds)) : null);
const part = (some, all) => (all > 0 ? Math.min(1, some / all) : 0);

/** Beyond these a conversation begins to suffer (ITU-T G.114 for delay; loss and jitter as Opus conceals them). */
const FAIR = { loss: 0.03, jitterMs: 40, roundTripMs: 300 };
const POOR = { loss: 0.1, jitterMs: 80, roundTripMs: 600 };

/** `good`, `fair` or `poor`, or null while nothing is known, for one direction of what `look` gave. */
export function verdict(direction, roundTripMs) {
  if (!direction || direction.jitterMs === null) return null;
  const beyond = (bounds) =>
    (direction.loss ?? 0) > bounds.loss || direction.jitterMs > bounds.jitterMs || (roundTripMs ?? 0) > bounds.roundTripMs;
  if (beyond(POOR)) return "poor";
  return beyond(FAIR) ? "fair" : "good";
}
