/**
 * Owns the ring sound: synthesised here, looped by WebAudio itself, because timers of a hidden tab are too slow
 * for a melody. Follows one wish, ringing or not, and says when the browser blocks sound (lesson 99).
 */
import { soundThrough } from "./devices/devices.js";

const CYCLE_S = 3.2;
const LOUDNESS = 0.32;
const FADE_S = 0.03;
const ONCE_MS = 1_500;
/** How long a browser may take to start sound before it counts as blocked. */
const START_WITHIN_MS = 400;
/** Two rising calls of a struck bar, then rest: second of the cycle and pitch in hertz. */
const NOTES = [
  [0.0, 659.26], [0.14, 830.61], [0.28, 987.77],
  [0.62, 659.26], [0.76, 830.61], [0.9, 1318.51],
];
/** Partials of the bar: multiple of the pitch, share of the loudness, decay per second. */
const PARTIALS = [[1, 0.7, 5], [2, 0.2, 8], [4, 0.1, 14]];

export class Ringer {
  #context = null;
  #ringing = false;
  #stopSound = null;
  #onBlocked;
  #bell;

  /** `onBlocked(blocked)`: the browser's verdict, whenever it is asked for. `bell()` is the device to ring through. */
  constructor(onBlocked, bell) {
    this.#onBlocked = onBlocked;
    this.#bell = bell;
  }

  /** Ring through another device from now on. */
  async change() {
    if (this.#context) await soundThrough(this.#context, this.#bell());
  }

  /** One ring, to hear what it is like. */
  async once() {
    await this.unlock();
    if (this.#ringing || this.#context.state === "closed") return;
    await this.#context.resume();
    const silence = play(this.#context);
    setTimeout(silence, ONCE_MS);
  }

  /** Find out whether a ring would be heard; call it in a gesture to make sure that it will. */
  async unlock() {
    if (this.#context === null) {
      this.#context = new AudioContext({ latencyHint: "playback" });
      this.change();
    }
    // While the browser blocks sound this promise stays open for good, so it is not awaited alone.
    await Promise.race([this.#context.resume(), new Promise((done) => setTimeout(done, START_WITHIN_MS))]);
    const blocked = this.#context.state !== "running";
    if (!blocked && !this.#ringing) this.#context.suspend();
    this.#onBlocked(blocked);
  }

  /** Ring or be still; saying the same twice changes nothing. */
  ring(ringing) {
    if (ringing === this.#ringing) return;
    this.#ringing = ringing;
    this.#stopSound?.();
    this.#stopSound = null;
    if (!ringing) return;
    this.unlock();
    this.#stopSound = play(this.#context);
  }
}

function play(context) {
  const source = new AudioBufferSourceNode(context, { buffer: melody(context.sampleRate), loop: true });
  const volume = new GainNode(context, { gain: LOUDNESS });
  source.connect(volume).connect(context.destination);
  source.start();
  return () => {
    volume.gain.setTargetAtTime(0, context.currentTime, FADE_S / 3);
    source.stop(context.currentTime + FADE_S);
    source.onended = () => volume.disconnect();
  };
}

function melody(sampleRate) {
  const buffer = new AudioBuffer({ length: Math.round(CYCLE_S * sampleRate), sampleRate });
  const samples = buffer.getChannelData(0);
  for (const [start, pitch] of NOTES) {
    for (let index = Math.round(start * sampleRate); index < samples.length; index++) {
      const t = index / sampleRate - start;
      const attack = Math.min(1, t / 0.004);
      for (const [multiple, share, decay] of PARTIALS)
        samples[index] += attack * share * Math.exp(-decay * t) * Math.sin(2 * Math.PI * pitch * multiple * t) * 0.6;
    }
  }
  return buffer;
}
