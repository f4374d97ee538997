/**
 * Owns which devices the agent has chosen, remembered by this browser: microphone, speaker (for voices) and bell (for
 * ringing). An empty id is the system's default, and stands in for a device that is not there.
 *
 * Events: `change`, detail: `microphone`, `speaker` or `bell`, when another device is to be used from now on.
 *         `lost`, detail: the same, when the chosen device was unplugged. `list`, when devices came or went.
 */
const KINDS = { microphone: "audioinput", speaker: "audiooutput", bell: "audiooutput" };

const keyOf = (part) => `ringbridge.${part}`;

export class Devices extends EventTarget {
  #chosen = Object.fromEntries(Object.keys(KINDS).map((part) => [part, localStorage.getItem(keyOf(part)) ?? ""]));
  #known = [];

  constructor() {
    super();
    // Pages that came over plain HTTP from another machine have no devices (see microphone.js).
    navigator.mediaDevices?.addEventListener("devicechange", () => this.refresh());
  }

  /** Id of the device for this part; empty for the default. */
  chosen(part) {
    const id = this.#chosen[part];
    // Before the browser has told what there is, the remembered device is worth a try.
    return this.#known.length === 0 || this.#has(part, id) ? id : "";
  }

  choose(part, id) {
    this.#chosen[part] = id;
    localStorage.setItem(keyOf(part), id);
    this.#tell("change", part);
  }

  /** What there is for this part, as `{ id, label }`; labels are empty until the microphone was allowed. */
  list(part) {
    const own = this.#known.filter(({ kind, deviceId }) => kind === KINDS[part] && !["", "default", "communications"].includes(deviceId));
    return own.map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** Whether the browser lets a page choose where sound comes out. */
  get speakersCanBeChosen() {
    return "setSinkId" in HTMLMediaElement.prototype;
  }

  /** Ask the browser what there is now. */
  async refresh() {
    const before = Object.keys(KINDS).map((part) => this.chosen(part));
    this.#known = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    Object.keys(KINDS).forEach((part, index) => {
      if (this.chosen(part) === before[index]) return;
      if (before[index] !== "") this.#tell("lost", part);
      this.#tell("change", part);
    });
    this.#tell("list", null);
  }

  #has(part, id) {
    return id === "" || this.#known.some(({ kind, deviceId }) => kind === KINDS[part] && deviceId === id);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Let an audio element or context sound through this device; an older browser goes on with the default. */
export async function soundThrough(output, id) {
  try {
    await output.setSinkId?.(id);
  } catch (error) {
    // The device went away between the choice and now; `devicechange` will say so.
    if (error.name !== "NotFoundError") throw error;
  }
}
