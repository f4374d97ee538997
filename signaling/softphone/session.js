/**
 * Owns who is signed in on this page: the token, the one socket to the server, and requests to its REST interface.
 * All elements of a page that speak to the same server share one session. Knows nothing of calls.
 *
 * Events: `message`, detail: a message of the server. `state`, detail: the connection's state (see connection.js).
 */
import { Connection } from "./connection.js";
import * as signInToken from "./token.js";

/** Longest wait for an answer of the REST interface. */
const ANSWER_WITHIN_MS = 20_000;

/** The server said no: `details` are its problem details (RFC 9457), or the network's word in the same shape. */
export class Refusal extends Error {
  constructor(details) {
    super(details.title);
    this.details = details;
  }
}

const sessions = new Map();

export class Session extends EventTarget {
  #server;
  #connection;
  #users = 0;
  #state = "closed";
  #welcome = null;

  /** The session of the server that an element names in its attribute `server`; by default the page's own. */
  static of(element) {
    const { origin } = new URL(element.getAttribute("server") ?? "", location.href);
    if (!sessions.has(origin)) sessions.set(origin, new Session(origin));
    return sessions.get(origin);
  }

  constructor(server) {
    super();
    this.#server = server;
    const socket = new URL("/agent", server);
    socket.protocol = socket.protocol.replace("http", "ws");
    this.#connection = new Connection(socket, {
      onMessage: (message) => this.#hear(message),
      onState: (state) => this.#stateIs(state),
    });
  }

  get state() {
    return this.#state;
  }

  /** Whether somebody has signed in, or is about to. */
  get open() {
    return this.#state !== "closed" && this.#state !== "refused";
  }

  /** Name of the agent, or null before the server has said it. */
  get agent() {
    return this.#welcome?.agent ?? null;
  }

  /** `agent` or `supervisor`, or null. */
  get role() {
    return this.#welcome?.role ?? null;
  }

  /** TURN servers for a network that lets no UDP through to the server. */
  get iceServers() {
    return this.#welcome?.iceServers ?? [];
  }

  /** An element begins to use the session; the first one signs in with the token of this tab, if it has one. */
  enter() {
    this.#users += 1;
    const token = signInToken.stored();
    if (this.#users === 1 && token !== null) this.#connection.open(token);
  }

  /** An element needs the session no more; the last one closes the socket, and the tab stays signed in. */
  leave() {
    this.#users -= 1;
    if (this.#users === 0) this.#connection.close();
  }

  signIn(token) {
    signInToken.keep(token);
    this.#connection.open(token);
  }

  signOut() {
    signInToken.forget();
    this.#connection.close();
  }

  /** Send one message; without a connection it is dropped. */
  send(message) {
    this.#connection.send(message);
  }

  retryNow() {
    this.#connection.retryNow();
  }

  /**
   * Ask the REST interface, e.g. `request("GET", "/calls", { query: { limit: 10 } })`. A request that spends something
   * gives a `key` that stays the same when it is tried again. Raises Refusal.
   */
  async request(method, path, { query = {}, body, key } = {}) {
    const address = new URL(`/api/v1${path}`, this.#server);
    for (const [name, value] of Object.entries(query)) if (value != null) address.searchParams.set(name, value);
    const headers = { Authorization: `Bearer ${signInToken.stored()}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    let response;
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      response = await fetch(address, { method, headers, signal, body: body && JSON.stringify(body) });
    } catch {
      throw new Refusal({ status: 0, code: "no_answer", title: "The server did not answer" });
    }
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new Refusal(answer ?? { status: response.status, code: "other", title: response.statusText });
  }

  #hear(message) {
    if (message.type === "welcome") this.#welcome = message;
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  #stateIs(state) {
    this.#state = state;
    if (state === "refused") signInToken.forget();
    if (state === "refused" || state === "closed") this.#welcome = null;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
