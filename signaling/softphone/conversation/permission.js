/**
 * Owns what an agent sees of "may we call this customer?": the verdicts of the server in words, when they change, the
 * customer's last answer, and the two buttons. It decides nothing; at the moment something becomes free it asks again.
 */
import { ICONS, hold, maker, named, partsOf, press, write } from "./markup.js";
import { Latest } from "./latest.js";
import { learnServerTime, left, moment, serverNow } from "./times.js";
import { Trouble } from "./trouble.js";

/** After a moment at which something becomes free: the server's clock and ours may differ by a little. */
const GRACE_S = 1;

const make = maker(`
<section ${named("permission")} class="permission" data-label="permission" hidden>
  <div class="verdict">
    <span class="light" aria-hidden="true"></span>
    <div>
      <p ${named("permission-words")} class="words" role="status"></p>
      <p ${named("permission-answer")} class="small" hidden></p>
      <p ${named("permission-until")} class="small countdown" hidden></p>
      <p ${named("request-words")} class="small" hidden></p>
      <p ${named("request-until")} class="small countdown" hidden></p>
      <ul part="permission-cautions" class="cautions"></ul>
    </div>
  </div>
  <div class="acts">
    <button type="button" ${named("call")} class="primary call-now">${ICONS.handset}<span data-text="call"></span></button>
    <button type="button" ${named("ask")} class="quiet" data-text="request_permission"></button>
  </div>
</section>`);

export class Permission {
  element = make();
  #parts = partsOf(this.element);
  #trouble;
  #say;
  #records;
  #onChange;
  #latest = new Latest();
  #pair = null;
  #told = null;
  #cannotCall = null;
  #busy = false;
  #lookAt = Infinity;

  /** `onChange(explanation)`: news from the server; null while nothing is known. `onCall`, `onAsk`: pressed. */
  constructor({ say, records, onChange, onCall, onAsk }) {
    this.#say = say;
    this.#records = records;
    this.#onChange = onChange;
    this.#trouble = new Trouble(say);
    this.element.append(this.#trouble.element);
    press(this.#parts.call, onCall);
    press(this.#parts.ask, onAsk);
  }

  /** The explanation of the server (policy.verdict.Explanation), or null. */
  get told() {
    return this.#told;
  }

  /** Whether the button that begins to ask is shown; a form that asks by itself needs none. */
  set offersAsking(offered) {
    this.#parts.ask.hidden = !offered;
  }

  /** While a call is on in this tab, no other one can begin. */
  set busy(busy) {
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.draw();
  }

  /** Whom it is about: one of our numbers (a sender) and a customer, or null for nobody yet. */
  async show(sender, contact) {
    const key = (pair) => pair && `${pair.sender.phone_number_id} ${pair.contact.user_id ?? pair.contact.number}`;
    const pair = sender && contact ? { sender, contact } : null;
    if (key(pair) !== key(this.#pair)) {
      this.#told = null;
      this.#latest.drop();
      this.#trouble.clear();
      this.#onChange(null);
    }
    this.#pair = pair;
    this.#cannotCall = sender && !sender.can_call ? sender : null;
    this.draw();
    if (pair) await this.refresh();
  }

  /** Ask the server anew. */
  async refresh() {
    if (this.#pair === null) return;
    this.#lookAt = Infinity;
    const { sender, contact } = this.#pair;
    const ask = () => this.#latest.ask(() => this.#records.permission(sender.phone_number_id, contact));
    const found = await this.#trouble.during(ask, () => this.refresh());
    if (!found) return;
    learnServerTime(found.answer.at);
    this.#told = found.answer;
    this.#lookAt = GRACE_S + changesAt(this.#told);
    this.draw();
    this.#onChange(this.#told);
  }

  /** Time has passed: countdowns go on, and what has become free is asked for. */
  tick() {
    if (serverNow() >= this.#lookAt) this.refresh();
    this.#drawTimes();
  }

  draw() {
    this.element.hidden = this.#pair === null;
    if (this.#pair === null) return;
    const say = this.#say;
    const told = this.#told;
    this.#trouble.draw();
    this.element.setAttribute("aria-busy", String(told === null));
    this.element.dataset.state = told === null ? "asking" : stateOf(told);
    if (told === null) return this.#drawUnknown();
    const { call, request, permission } = told;
    const waits = this.element.dataset.state === "waiting";
    write(this.#parts["permission-words"], say(waits ? "waiting_for_answer" : `reason.${call.reason}`));
    const askWords = !call.allowed && !request.allowed && request.reason !== call.reason ? `reason.${request.reason}` : "";
    this.#line("request-words", askWords && say(askWords));
    this.#line("permission-answer", this.#answer());
    const warnings = call.allowed || !request.allowed ? call.warnings : request.warnings;
    const cautions = warnings.map(({ caution }) => say(`caution.${caution}`, { run: told.run }));
    this.#parts["permission-cautions"].replaceChildren(...cautions.map(item));
    const cannot = this.#cannotCall && (this.#cannotCall.why_not ?? say("sender_cannot_call"));
    const reason = this.#parts["permission-words"].textContent;
    hold(this.#parts.call, !call.allowed || Boolean(cannot) || this.#busy, this.#busy ? say("in_a_call") : (cannot ?? reason));
    const asked = request.allowed ? "" : say(`reason.${request.reason}`);
    hold(this.#parts.ask, !request.allowed || Boolean(cannot), cannot || asked);
    if (permission.status === "permanent") this.#line("permission-until", say("allowed_for_good"));
    this.#drawTimes();
  }

  #drawUnknown() {
    write(this.#parts["permission-words"], this.#trouble.element.hidden ? this.#say("asking_permission") : "");
    for (const name of ["permission-answer", "permission-until", "request-words", "request-until"]) this.#line(name, "");
    this.#parts["permission-cautions"].replaceChildren();
    hold(this.#parts.call, true);
    hold(this.#parts.ask, true);
  }

  /** What the customer said last, or that an answer is awaited. */
  #answer() {
    const last = this.#told.answers.at(-1);
    const say = this.#say;
    if (unanswered(this.#told)) return say("asked_at", { time: moment(say.language, this.#told.outstanding.at) });
    if (!last || last.automatic) return "";
    return say(last.accepted ? "said_yes" : "said_no", { time: moment(say.language, last.at) });
  }

  #drawTimes() {
    if (this.#told === null) return;
    const { call, request, permission } = this.#told;
    const say = this.#say;
    const span = (key, at) => say(key, { left: left(say, at), time: moment(say.language, at) });
    if (permission.status === "temporary" && call.allowed && permission.expires_at !== null)
      this.#line("permission-until", span("allowed_until", permission.expires_at));
    else if (!call.allowed && call.free_at !== null) this.#line("permission-until", span("call_free", call.free_at));
    else if (permission.status !== "permanent") this.#line("permission-until", "");
    const waits = !request.allowed && request.free_at !== null && !call.allowed;
    this.#line("request-until", waits ? span("request_free", request.free_at) : "");
  }

  #line(name, text) {
    this.#parts[name].hidden = !text;
    write(this.#parts[name], text || "");
  }
}

/** The customer has been asked and has not said anything since; Meta's times are whole seconds. */
const unanswered = ({ answers, outstanding }) =>
  outstanding !== null && (answers.at(-1)?.at ?? -Infinity) < Math.floor(outstanding.at);

function stateOf(told) {
  if (told.call.allowed) return "allowed";
  if (told.call.reason === "no_permission" && unanswered(told)) return "waiting";
  return told.request.allowed ? "askable" : "refused";
}

/** The first moment at which a verdict changes by itself. */
function changesAt({ at, call, request, permission }) {
  const ends = permission.status === "temporary" ? permission.expires_at : null;
  return Math.min(...[call.free_at, request.free_at, ends].map((then) => (then !== null && then > at ? then : Infinity)));
}

function item(text) {
  return Object.assign(document.createElement("li"), { textContent: text });
}
