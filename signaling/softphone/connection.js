/**
 * Owns the WebSocket to the server: sign-in, sign of life, reconnecting with back-off. Knows nothing of calls.
 *
 * Listeners: `onMessage(message)` for every message of the server, `onState(state)` with
 *   connecting  waiting for the server's Welcome
 *   connected   signed in
 *   lost        tries again by itself
 *   refused     the token is not valid (any more); nothing is tried again
 *   outdated    the server speaks another version of the protocol; the page has to be reloaded
 *   closed      this page has signed out
 */
const PROTOCOL_VERSION = 1;
const BAD_TOKEN = 4401;
const BAD_VERSION = 4426;
const WELCOME_WITHIN_MS = 10_000;
/** A silent line is noticed after at most two of these. Browsers stretch it to a minute in a hidden tab. */
const PING_EVERY_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** By this the server knows a page that had to connect anew. */
const PAGE = crypto.getRandomValues(new Uint32Array(4)).join("-");

/** Milliseconds before retry number `attempt`, counted from 0; `chance` in [0, 1) spreads agents out after an outage. */
export function backOff(attempt, chance) {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt) * (0.5 + chance / 2);
}

export class Connection {
  #url;
  #listeners;
  #token = null;
  #socket = null;
  #attempt = 0;
  #timer = null;
  #heard = false;
  #online = () => this.retryNow();

  constructor(url, { onMessage, onState }) {
    this.#url = url;
    this.#listeners = { onMessage, onState };
  }

  /** Sign in, in place of whoever was signed in before. */
  open(token) {
    this.#drop();
    this.#token = token;
    this.#attempt = 0;
    addEventListener("online", this.#online);
    this.#connect();
  }

  /** Sign out. */
  close() {
    this.#stop("closed");
  }

  /** Send one message; without a connection it is dropped, for the server has forgotten this tab then. */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Do not wait for the back-off. Does nothing unless the connection is lost. */
  retryNow() {
    if (this.#token !== null && this.#socket === null) this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.send({ type: "hello", version: PROTOCOL_VERSION, token: this.#token, page: PAGE });
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
    this.#timer = setTimeout(() => this.#lose(), WELCOME_WITHIN_MS);
    this.#listeners.onState("connecting");
  }

  #hear(message) {
    this.#heard = true;
    if (message.type === "welcome") {
      this.#attempt = 0;
      this.#ping();
      this.#listeners.onState("connected");
    }
    this.#listeners.onMessage(message);
  }

  #ping() {
    clearTimeout(this.#timer);
    this.#heard = false;
    this.send({ type: "ping" });
    this.#timer = setTimeout(() => (this.#heard ? this.#ping() : this.#lose()), PING_EVERY_MS);
  }

  #closed(code) {
    if (code === BAD_TOKEN) this.#stop("refused");
    else if (code === BAD_VERSION) this.#stop("outdated");
    else this.#lose();
  }

  #lose() {
    this.#drop();
    this.#timer = setTimeout(() => this.#connect(), backOff(this.#attempt, Math.random()));
    this.#attempt += 1;
    this.#listeners.onState("lost");
  }

  #stop(state) {
    this.#drop();
    this.#token = null;
    removeEventListener("online", this.#online);
    this.#listeners.onState(state);
  }

  /** Let go of the socket without waiting for its closing handshake, which a dead network never finishes. */
  #drop() {
    clearTimeout(this.#timer);
    if (this.#socket === null) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }
}
