/**
 * Owns how loud a stream is at the moment. For meters, and for noticing an agent who speaks while muted: it listens to
 * a track of its own, for a muted one is silent everywhere.
 */
const WINDOW = 1024;
/** Below this a meter shows nothing; rooms with a computer in them are louder. */
const FLOOR_DB = -60;
/** Louder than this somebody speaks; measured with headsets, breath and keyboards stay below. */
const SPEECH_DB = -38;

export class Loudness {
  #context;
  #analyser;
  #source;
  #samples = new Float32Array(WINDOW);

  constructor(stream) {
    this.#context = new AudioContext({ latencyHint: "playback" });
    this.#analyser = new AnalyserNode(this.#context, { fftSize: WINDOW });
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** Root mean square of the last 20 ms or so, in dB below full scale. */
  get decibels() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / WINDOW;
    return 10 * Math.log10(power + 1e-12);
  }

  /** 0 to 1, as a meter shows it. */
  get level() {
    return Math.min(1, Math.max(0, 1 - this.decibels / FLOOR_DB));
  }

  get speech() {
    return this.decibels > SPEECH_DB;
  }

  close() {
    this.#source.disconnect();
    this.#context.close();
  }
}
