/**
 * Owns the voice of the one call in this tab: its media leg, how well it runs, and whether a muted agent speaks.
 * Tells what it knows through `onChange(facts)`:
 *   media     `preparing`, `ready` or `failed`
 *   quality   `{ hearing, heard, roundTripMs }` as in devices/line.js with a `verdict` each; null before it is known
 *   talksMuted  the agent speaks and nobody hears it
 */
import { soundThrough } from "./devices/devices.js";
import { Line, verdict } from "./devices/line.js";
import { Loudness } from "./devices/loudness.js";
import { MediaLeg } from "./media.js";
import { stop } from "./microphone.js";

const LOOK_EVERY_MS = 1_000;
const LISTEN_EVERY_MS = 100;
/** So many looks with speech among the last ten: a word is heard, a cough or a key is not. */
const SPEECH_LOOKS = 4;

export class Voice {
  #microphone;
  #devices;
  #player;
  #iceServers;
  #onChange;
  #leg = null;
  #line = null;
  #looking = null;
  #muted = null;

  /** `player` is the audio element that plays the other side; `iceServers()` as RTCPeerConnection takes them. */
  constructor({ microphone, devices, player, iceServers, onChange }) {
    this.#iceServers = iceServers;
    this.#microphone = microphone;
    this.#devices = devices;
    this.#player = player;
    this.#onChange = onChange;
  }

  /** Begin anew; gives the SDP offer, or null if the call went away meanwhile. Raises NoMicrophone. */
  async negotiate() {
    this.close();
    const leg = new MediaLeg({
      iceServers: this.#iceServers(),
      onVoice: (stream) => (this.#player.srcObject = stream),
      onState: (state) => {
        if (state === "connected") this.#onChange({ media: "ready" });
        if (state === "failed") this.#onChange({ media: "failed" });
      },
    });
    this.#leg = leg;
    this.#line = new Line(leg.peer);
    this.#onChange({ media: "preparing", quality: null, talksMuted: false });
    soundThrough(this.#player, this.#devices.chosen("speaker"));
    return leg.offer(this.#microphone);
  }

  /** Take the server's SDP answer. */
  async answer(sdp) {
    try {
      await this.#leg?.answer(sdp);
    } catch {
      this.#onChange({ media: "failed" });
    }
  }

  /** Be heard or not; `talking` is whether there is a conversation, and `muted` whether the agent chose not to be heard. */
  follow({ talking, speaks, muted }) {
    this.#leg?.speak(speaks);
    if (talking && this.#looking === null) this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    if (!talking) this.#stopLooking();
    if (muted && talking) this.#watchMuted();
    else this.#stopWatching();
  }

  /** Another device was chosen for this part. */
  async change(part) {
    if (part === "speaker") await soundThrough(this.#player, this.#devices.chosen("speaker"));
    if (part === "microphone") await this.#leg?.change(this.#microphone);
  }

  close() {
    this.#stopLooking();
    this.#stopWatching();
    this.#leg?.close();
    this.#leg = this.#line = null;
    this.#player.srcObject = null;
  }

  async #look() {
    const line = this.#line;
    const { hearing, heard, roundTripMs } = await line.look();
    if (line !== this.#line) return;
    const judged = (direction) => direction && { ...direction, verdict: verdict(direction, roundTripMs) };
    this.#onChange({ quality: { hearing: judged(hearing), heard: judged(heard), roundTripMs } });
  }

  #stopLooking() {
    clearInterval(this.#looking);
    this.#looking = null;
  }

  async #watchMuted() {
    if (this.#muted !== null) return;
    const watch = { timer: null, loudness: null, stream: null };
    this.#muted = watch;
    watch.stream = await this.#microphone.open();
    if (this.#muted !== watch) return stop(watch.stream);
    watch.loudness = new Loudness(watch.stream);
    let looks = [];
    watch.timer = setInterval(() => {
      looks = [...looks, watch.loudness.speech].slice(-10);
      this.#onChange({ talksMuted: looks.filter(Boolean).length >= SPEECH_LOOKS });
    }, LISTEN_EVERY_MS);
  }

  #stopWatching() {
    if (this.#muted === null) return;
    const { timer, loudness, stream } = this.#muted;
    this.#muted = null;
    clearInterval(timer);
    loudness?.close();
    if (stream) stop(stream);
    this.#onChange({ talksMuted: false });
  }
}
