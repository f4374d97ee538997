/**
 * Owns what the panel asks of the server's REST interface, by name. Every method raises Refusal (session.js); what is
 * sent to customers carries a key that stays the same when it is tried again, so that nobody is written to twice.
 */
const SENDERS_FRESH_MS = 30_000;
const MOST_FOUND = 8;

/** The server leaves out what is as usual; here it is said. */
const FORM = { topic: "", tags: [], priority: "normal", status: "open", queue: null, agent: null };
const CONTACT = { user_id: null, number: null, name: null, last_seen: null, talks_with: [] };
const DRAFT = { body: "", label: "", ttl_minutes: null, payload: "" };
const REQUEST = { delivery: "pending" };

/** A key for one wish. */
export const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

export class Records {
  #session;
  #senders = { at: 0, asked: null };
  #numbers = new Map();

  constructor(session) {
    this.#session = session;
  }

  async conversations(filter) {
    return (await this.#get("/conversations", filter)).conversations.map(wholeSummary);
  }

  thread(conversation) {
    return this.#thread("GET", at(conversation));
  }

  async older(conversation, page) {
    return (await this.#get(`${at(conversation)}/pages/${page}`)).entries;
  }

  /** Customers by the beginning of a name or number, or by user id. */
  async contacts(query) {
    return (await this.#get("/contacts", { query, limit: MOST_FOUND })).contacts.map((one) => ({ ...CONTACT, ...one }));
  }

  /** Whom we know under this number or user id, or null. */
  async contact({ userId, digits }) {
    const found = await this.contacts(userId ?? digits);
    return found.find((one) => (userId ? one.user_id === userId : one.number === digits)) ?? null;
  }

  /** The conversation of one of our numbers with a customer who has one with it. */
  between(phoneNumberId, contact) {
    return this.#thread("GET", "/conversations/with", { query: { phone_number_id: phoneNumberId, ...identity(contact) } });
  }

  /** A number as far as it is typed. */
  number(text) {
    if (!this.#numbers.has(text)) {
      const asked = this.#get("/numbers", { text });
      this.#numbers.set(text, asked);
      asked.catch(() => this.#numbers.delete(text));
    }
    return this.#numbers.get(text);
  }

  /** Our numbers; the same answer serves for half a minute. */
  async senders() {
    if (performance.now() - this.#senders.at > SENDERS_FRESH_MS || this.#senders.asked === null) {
      const asked = this.#get("/senders").then(({ senders }) => senders);
      this.#senders = { at: performance.now(), asked };
      asked.catch(() => (this.#senders.asked = null));
    }
    return this.#senders.asked;
  }

  /** Templates that ask for permission, or that have a call button (`kind`: `ask`, `button`). */
  async templates(kind, query) {
    const wanted = kind === "ask" ? { asks_permission: true } : { call_button: true };
    return (await this.#get("/templates", { query, ...wanted })).templates;
  }

  preview(filled) {
    return this.#session.request("POST", "/templates/preview", { body: filled });
  }

  async permission(phoneNumberId, contact) {
    const told = await this.#get("/permissions", { phone_number_id: phoneNumberId, ...identity(contact) });
    return { ...told, requests: told.requests.map((one) => ({ ...REQUEST, ...one })) };
  }

  open(phoneNumberId, contact, form) {
    return this.#thread("POST", "/conversations", {
      body: { with: { phone_number_id: phoneNumberId, ...identity(contact) }, form },
    });
  }

  fillIn(conversation, change) {
    return this.#thread("PATCH", at(conversation), { body: change });
  }

  note(conversation, note, text) {
    return this.#thread("PUT", `${at(conversation)}/notes/${note}`, { body: { text } });
  }

  dropNote(conversation, note) {
    return this.#thread("DELETE", `${at(conversation)}/notes/${note}`);
  }

  saveDraft(conversation, { id, body, label, ttl_minutes, payload }) {
    return this.#thread("PUT", `${at(conversation)}/drafts/${id}`, { body: { body, label, ttl_minutes, payload } });
  }

  dropDraft(conversation, draft) {
    return this.#thread("DELETE", `${at(conversation)}/drafts/${draft}`);
  }

  /** A draft's own id is its message's, so that sending it again sends nothing; each try may be refused anew. */
  sendDraft(conversation, draft) {
    return this.#thread("POST", `${at(conversation)}/drafts/${draft}/send`, { key: newKey() });
  }

  /** `wish`: `{ template }` or `{ text }`. */
  askPermission(conversation, key, wish) {
    return this.#thread("POST", `${at(conversation)}/permission-requests`, { key, body: wish });
  }

  sendButton(conversation, key, wish) {
    return this.#thread("POST", `${at(conversation)}/call-buttons`, { key, body: wish });
  }

  async #thread(method, path, options) {
    const thread = await this.#session.request(method, path, options);
    const drafts = thread.drafts.map((one) => ({ ...DRAFT, ...one }));
    return { ...thread, summary: wholeSummary(thread.summary), drafts };
  }

  #get(path, query) {
    return this.#session.request("GET", path, { query });
  }
}

const wholeSummary = (summary) => ({
  ...summary,
  form: { ...FORM, ...summary.form },
  contact: { ...CONTACT, ...summary.contact },
});

const at = (conversation) => `/conversations/${conversation}`;

/** Meta finds a user by number first, so one of the two is enough; the user id is the one that stays. */
const identity = ({ user_id: userId, number }) => (userId ? { user_id: userId } : { number });
