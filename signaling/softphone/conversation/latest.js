/** Owns questions that overtake each other: of all that are asked at once only the newest one's answer counts. */
export class Latest {
  #turn = 0;

  /** `{ answer }` of `work()`, or null if another question was asked meanwhile, however that ended. Raises what it does. */
  async ask(work) {
    const turn = (this.#turn += 1);
    try {
      const answer = await work();
      return turn === this.#turn ? { answer } : null;
    } catch (error) {
      if (turn !== this.#turn) return null;
      throw error;
    }
  }

  /** Nobody wants the answers under way any more. */
  drop() {
    this.#turn += 1;
  }
}

/** `act` once nothing has called the result for `quiet` milliseconds; `.now()` acts at once if something waits. */
export function settled(act, quiet) {
  let timer = null;
  const fire = () => {
    clearTimeout(timer);
    timer = null;
    return act();
  };
  const call = () => {
    clearTimeout(timer);
    timer = setTimeout(fire, quiet);
  };
  call.now = () => (timer === null ? undefined : fire());
  call.cancel = () => {
    clearTimeout(timer);
    timer = null;
  };
  return call;
}
