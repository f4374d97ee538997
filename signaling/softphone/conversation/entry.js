/**
 * Owns one line of a thread: a message and what has become of it, what the customer wrote or allowed, a call, a note.
 * Draws what the server says and decides nothing but whether a missed call can be called back.
 */
import { formatDuration } from "../duration.js";
import { ICONS, hold, maker, partsOf, write } from "./markup.js";
import { moment } from "./times.js";

/** Calls in which nobody spoke to the customer; each is worth a call back. */
const MISSED = new Set(["missed", "unanswered", "rejected", "failed", "cancelled"]);
const SIDES = { permission_request: "ours", call_button: "ours", user_message: "theirs", permission_answer: "event", call: "event", note: "note" };

const make = maker(`
<li class="entry">
  <article class="bubble" tabindex="-1">
    <p class="bubble-head"><span part="kind"></span><span part="extra"></span></p>
    <p part="text" class="text"></p>
    <p part="button" class="bubble-buttons"></p>
    <p part="answer" class="answer"></p>
    <ul part="failures" class="failures"></ul>
    <p class="meta"><span part="who"></span><time part="time"></time><span part="state" class="state"></span></p>
    <div part="acts" class="entry-acts">
      <button type="button" class="quiet with-icon" data-act="call-back" hidden>${ICONS.handset}<span data-text="call_back"></span></button>
      <button type="button" class="quiet" data-act="edit-note" data-text="edit" hidden></button>
      <button type="button" class="quiet" data-act="drop-note" data-text="delete" hidden></button>
    </div>
  </article>
</li>`);

const parts = new WeakMap();

export function makeEntry() {
  const element = make();
  parts.set(element, partsOf(element));
  return element;
}

/** Fill `element` (of `makeEntry`); `agent` is who looks at it, `call` the verdict of calling or null. */
export function drawEntry(element, entry, { say, agent, call }) {
  const nodes = parts.get(element);
  element.dataset.side = SIDES[entry.kind] ?? "event";
  element.dataset.kind = entry.kind;
  const told = (TELLERS[entry.kind] ?? unknown)(entry, say);
  element.dataset.tone = told.tone ?? "";
  for (const name of ["kind", "extra", "text", "button", "answer", "who", "state"]) {
    write(nodes[name], told[name] ?? "");
    nodes[name].hidden = !told[name];
  }
  nodes.state.dataset.state = entry.sending?.state ?? "";
  write(nodes.time, moment(say.language, entry.at));
  nodes.time.dateTime = new Date(entry.at * 1000).toISOString();
  failures(nodes.failures, entry.sending?.failures ?? [], say);
  const act = (name) => element.querySelector(`[data-act="${name}"]`);
  for (const button of nodes.acts.children) for (const words of button.querySelectorAll("[data-text]")) write(words, say(words.dataset.text));
  for (const name of ["edit-note", "drop-note"]) {
    act(name).hidden = !(entry.kind === "note" && entry.by === agent);
    write(act(name), say(act(name).dataset.text));
  }
  act("call-back").hidden = !(entry.kind === "call" && MISSED.has(entry.outcome));
  hold(act("call-back"), !call?.allowed, call ? say(`reason.${call.reason}`) : "");
  nodes.acts.hidden = [...nodes.acts.children].every(({ hidden }) => hidden);
}

const TELLERS = {
  permission_request: ({ text, template, by, sending, answer }, say) => ({
    kind: say("entry_request"),
    extra: template?.name,
    text,
    who: by,
    state: say(`sending.${sending.state}`),
    answer: answer && say(answer.response === "accept" ? "answered_yes" : "answered_no"),
    tone: answer ? (answer.response === "accept" ? "good" : "bad") : "",
  }),
  call_button: ({ text, label, payload, works_until: until, template, by, sending }, say) => ({
    kind: say("entry_button"),
    extra: [template?.name, payload].filter(Boolean).join(" · "),
    text,
    button: label,
    who: `${by} · ${say("works_until", { time: moment(say.language, until) })}`,
    state: say(`sending.${sending.state}`),
  }),
  user_message: ({ type, text }, say) => ({
    kind: type === "text" ? "" : say.one("message_type", type),
    text: text ?? "",
  }),
  permission_answer: (entry, say) => ({
    text: entry.automatic ? say(`automatic.${entry.response}`) : answered(entry, say),
    tone: entry.response === "accept" ? "good" : "bad",
  }),
  call: ({ direction, outcome, duration_s: duration, agent, payloads }, say) => ({
    kind: say(`call.${direction}.${outcome}`),
    extra: outcome === "answered" ? formatDuration(duration) : "",
    text: payloads.join(" · "),
    who: agent ?? "",
    tone: outcome === "answered" ? "" : "bad",
  }),
  note: ({ by, text, edited_at: edited }, say) => ({
    kind: say("entry_note"),
    text,
    who: edited === null || edited === undefined ? by : `${by} · ${say("edited")}`,
  }),
};

const unknown = (entry) => ({ kind: entry.kind, text: entry.text });

function answered({ response, permanent, expires_at: expires }, say) {
  if (response !== "accept") return say("answer_no");
  if (permanent) return say("answer_for_good");
  return expires === null ? say("answer_yes") : say("answer_until", { time: moment(say.language, expires) });
}

function failures(list, explained, say) {
  const lines = explained.map(({ code, reason, advice }) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("strong"), { textContent: code ? say("meta_error", { code }) : say("no_answer_from_meta") }));
    item.append(` ${reason}. ${advice}`.replace("..", "."));
    return item;
  });
  list.hidden = lines.length === 0;
  if (list.textContent !== lines.map(({ textContent }) => textContent).join("")) list.replaceChildren(...lines);
}
