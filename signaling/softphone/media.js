/**
 * Owns the media leg of one call in this tab: one RTCPeerConnection, one microphone track, one voice coming back.
 * Negotiates while the call rings; the track stays disabled until `speak(true)`, so nothing is heard before.
 */
import { stop } from "./microphone.js";

/** Host candidates come within milliseconds; a slow network interface must not hold up the offer. */
const GATHER_WITHIN_MS = 500;
/** A relay is asked over the network first, by way of TCP and TLS perhaps. */
const GATHER_WITH_RELAYS_WITHIN_MS = 2_500;
const CODECS = new Set(["audio/opus", "audio/telephone-event"]);

export class MediaLeg {
  #peer;
  #gatherWithinMs;
  #stream = null;
  #speaking = false;

  /**
   * `onVoice(stream)`: the other side can be played. `onState(state)`: RTCPeerConnection's own word. `iceServers` as
   * RTCPeerConnection takes them.
   */
  constructor({ iceServers, onVoice, onState }) {
    this.#peer = new RTCPeerConnection({ iceServers });
    this.#gatherWithinMs = iceServers.length > 0 ? GATHER_WITH_RELAYS_WITHIN_MS : GATHER_WITHIN_MS;
    this.#peer.ontrack = ({ track }) => onVoice(new MediaStream([track]));
    this.#peer.onconnectionstatechange = () => onState(this.#peer.connectionState);
  }

  /** The SDP offer, or null if the call went away meanwhile. Raises NoMicrophone. */
  async offer(microphone) {
    const stream = await microphone.open();
    if (this.#closed) {
      stop(stream);
      return null;
    }
    this.#stream = stream;
    this.speak(this.#speaking);
    this.#peer.addTrack(stream.getAudioTracks()[0], stream);
    preferOpus(this.#peer.getTransceivers()[0]);
    await this.#peer.setLocalDescription();
    await gathered(this.#peer, this.#gatherWithinMs);
    return this.#closed ? null : this.#peer.localDescription.sdp;
  }

  /** Take the server's SDP answer. Raises what the browser raises if it is unusable. */
  async answer(sdp) {
    if (!this.#closed) await this.#peer.setRemoteDescription({ type: "answer", sdp });
  }

  /** Let the microphone be heard, or not. */
  speak(speaking) {
    this.#speaking = speaking;
    this.#stream?.getAudioTracks().forEach((track) => (track.enabled = speaking));
  }

  /** The connection itself, for its statistics. */
  get peer() {
    return this.#peer;
  }

  /** Speak through another microphone from now on. */
  async change(microphone) {
    const stream = await microphone.open();
    if (this.#closed || this.#stream === null) return stop(stream);
    const former = this.#stream;
    this.#stream = stream;
    this.speak(this.#speaking);
    await this.#peer.getSenders()[0].replaceTrack(stream.getAudioTracks()[0]);
    stop(former);
  }

  close() {
    this.#peer.ontrack = this.#peer.onconnectionstatechange = null;
    this.#peer.close();
    if (this.#stream) stop(this.#stream);
  }

  get #closed() {
    return this.#peer.signalingState === "closed";
  }
}

function preferOpus(transceiver) {
  const codecs = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  transceiver.setCodecPreferences?.(codecs.filter(({ mimeType }) => CODECS.has(mimeType.toLowerCase())));
}

function gathered(peer, withinMs) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    const check = () => {
      if (peer.iceGatheringState !== "complete" && peer.signalingState !== "closed") return;
      clearTimeout(timer);
      resolve();
    };
    peer.addEventListener("icegatheringstatechange", check);
    check();
  });
}
