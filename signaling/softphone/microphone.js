/**
 * Owns the microphone and the browser's permission for it. Asks before the first call rings, so that no question
 * of the browser stands between an agent and a caller.
 */
const WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Why there is no microphone: `denied`, `missing`, `busy` or `insecure`. */
export class NoMicrophone extends Error {
  constructor(reason) {
    super(`no microphone: ${reason}`);
    this.reason = reason;
  }
}

const REASONS = {
  NotAllowedError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** The device was unplugged since it was chosen. */
const GONE = new Set(["NotFoundError", "OverconstrainedError"]);

export class Microphone {
  #held = null;
  #chosen;

  /** `chosen()` gives the id of the device to use, empty for the default. */
  constructor(chosen) {
    this.#chosen = chosen;
  }

  /** Make sure that `open` will not ask. Raises NoMicrophone. */
  async prepare() {
    if (this.#held?.active) return;
    const stream = await open(this.#chosen());
    if (await granted()) stop(stream);
    // Some browsers forget a permission with the last use of the device and would ask again while it rings.
    else this.#held = stream;
  }

  /** A stream for one call; the caller stops its tracks. Raises NoMicrophone. */
  async open() {
    return this.#held?.active ? this.#held.clone() : open(this.#chosen());
  }

  /** No calls are wanted: the browser's recording mark goes out. */
  release() {
    if (this.#held) stop(this.#held);
    this.#held = null;
  }
}

export const stop = (stream) => stream.getTracks().forEach((track) => track.stop());

async function open(device) {
  // Browsers hide the devices from pages that came over plain HTTP from another machine.
  if (!navigator.mediaDevices) throw new NoMicrophone("insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: device ? { ...WISHES, deviceId: { exact: device } } : WISHES });
  } catch (error) {
    // Any microphone is better than none; as a mere wish browsers would leave the chosen one aside, too.
    if (device && GONE.has(error.name)) return open("");
    throw new NoMicrophone(REASONS[error.name] ?? "missing");
  }
}

async function granted() {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state === "granted";
  } catch {
    return false; // A browser that does not know this permission by name says so with an exception.
  }
}
