/** Owns the short tone by which an agent tries the speaker: two notes, through the chosen device. */
import { soundThrough } from "./devices.js";

const NOTES_HZ = [523.25, 659.26];
const NOTE_S = 0.35;
const LOUDNESS = 0.25;

export class Tone {
  #devices;

  constructor(devices) {
    this.#devices = devices;
  }

  async play() {
    const context = new AudioContext();
    await soundThrough(context, this.#devices.chosen("speaker"));
    const last = NOTES_HZ.map((frequency, index) => note(context, frequency, context.currentTime + index * NOTE_S)).at(-1);
    last.onended = () => context.close();
  }
}

function note(context, frequency, start) {
  const oscillator = new OscillatorNode(context, { frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.linearRampToValueAtTime(0, start + NOTE_S);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + NOTE_S);
  return oscillator;
}
