/**
 * Owns telling an agent of a call while the page is not in sight: one notification of the browser, which goes when the
 * call does. What it says stays on this machine.
 */
export class Background {
  #shown = null;

  /** A call rings: `title` and `body` are for a person; a press brings the page back. Nothing if it is in sight. */
  ring(title, body) {
    if (document.visibilityState === "visible" || globalThis.Notification?.permission !== "granted") return;
    this.clear();
    this.#shown = new Notification(title, { body, tag: "ringbridge-call", requireInteraction: true });
    this.#shown.onclick = () => {
      focus();
      this.clear();
    };
  }

  /** Nothing rings any more. */
  clear() {
    this.#shown?.close();
    this.#shown = null;
  }
}
