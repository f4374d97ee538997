/**
 * Owns drawing: state in, shadow tree out. Reads nothing back from the page and decides nothing.
 */
import { talkedSeconds } from "./call.js";
import { formatDuration } from "./duration.js";
import { STRINGS, speaker } from "./strings.js";

export class View {
  #root;
  #parts;
  #language = null;
  #say = null;

  constructor(root) {
    this.#root = root;
    this.#parts = Object.fromEntries([...root.querySelectorAll("[part]")].map((node) => [node.getAttribute("part"), node]));
    for (const [language, { language: name }] of Object.entries(STRINGS)) {
      const option = new Option(name, language);
      option.lang = language;
      this.part("language").append(option);
    }
  }

  part(name) {
    return this.#parts[name];
  }

  /** Draw this state (see softphone.js); `now` in milliseconds, `wallClock` in epoch seconds. */
  draw(state, now, wallClock) {
    if (state.language !== this.#language) this.#speak(state.language);
    this.#frame(state);
    this.#agent(state);
    this.#customer(state.call);
    this.#popup(state, wallClock);
    this.#conversation(state, now);
    this.#ended(state.call, now);
  }

  #speak(language) {
    this.#language = language;
    this.#say = speaker(language);
    this.#parts.shell.lang = language;
    this.part("language").value = language;
    for (const node of this.#root.querySelectorAll("[data-text]")) node.textContent = this.#say(node.dataset.text);
    for (const node of this.#root.querySelectorAll("[data-label]")) node.ariaLabel = this.#say(node.dataset.label);
  }

  #frame({ connection, signedIn, agent, notice, ringBlocked, microphone }) {
    const say = this.#say;
    this.#write("connection", say(`connection.${connection}`));
    this.part("connection").dataset.state = connection;
    this.#show("sign-in-form", !signedIn);
    this.#show("signing-in", signedIn && agent === null);
    this.#show("desk", signedIn && agent !== null);
    this.#show("sign-in-error", connection === "refused");
    this.#show("sign-out", signedIn);
    const outdated = connection === "outdated";
    this.#warn("connection-warning", outdated ? say("page_outdated") : connection === "lost" && say("connection_lost"));
    this.#write("connection-warning-button", say(outdated ? "reload" : "try_now"));
    this.#warn("microphone-warning", signedIn && microphone !== null && say(`microphone.${microphone}`));
    this.#warn("ring-warning", signedIn && ringBlocked && say("ring_blocked"));
    this.#write("notice", notice === null ? "" : notice(say));
  }

  #agent({ connection, agent, presence, call }) {
    if (agent === null) return;
    const say = this.#say;
    // What the server last said is not true any more once it cannot be heard.
    const shown = connection === "connected" ? presence : "offline";
    this.#write("agent", agent);
    this.#write("agent-initials", initials(agent));
    this.#write("presence", say(`presence.${shown}`));
    this.part("presence").dataset.state = shown;
    const toggle = this.part("presence-toggle");
    toggle.ariaChecked = String(!["away", "wrap_up", "offline"].includes(shown));
    toggle.disabled = !["away", "wrap_up", "ready"].includes(shown);
    this.#show("idle", call.phase === "none");
    this.part("idle").dataset.state = shown;
    this.#write("idle-title", say(`idle_title.${shown}`));
    this.#write("idle-hint", say(`idle_hint.${shown}`));
  }

  #customer(call) {
    if (call.phase === "none") return;
    const { name, number, userId } = call.customer;
    const shown = name ?? number ?? userId ?? this.#say("customer_unknown");
    const facts = {
      initials: initials(name ?? ""),
      name: shown,
      number: number === shown || userId === shown ? "" : (number ?? userId ?? this.#say("number_hidden")),
      direction: this.#say.one("direction", call.direction),
      channel: this.#say.one("channel", call.channel),
      queue: call.queue,
    };
    for (const node of this.#root.querySelectorAll("[data-customer]")) write(node, facts[node.dataset.customer]);
  }

  #popup({ call, media, microphone }, wallClock) {
    this.#show("popup", call.phase === "ringing");
    if (call.phase !== "ringing") return;
    this.#write("waiting", formatDuration(wallClock - call.waitingSince));
    this.part("popup").dataset.asked = call.asked ?? "";
    const progress = call.asked ? `asked.${call.asked}` : `media.${media}`;
    this.#write("ringing-progress", microphone === null || call.asked ? this.#say(progress) : "");
    this.#hold("answer", call.asked !== null || microphone !== null);
    this.#hold("reject", call.asked !== null);
  }

  #conversation({ call, media }, now) {
    const shown = call.phase === "talking" || call.phase === "returning";
    this.#show("conversation", shown);
    if (!shown) return;
    this.#write("timer", formatDuration(talkedSeconds(call, now)));
    this.#write("talking-progress", this.#say(call.asked ? `asked.${call.asked}` : progress(call, media)));
    this.#hold("hang-up", call.asked !== null);
    this.part("mute").ariaPressed = String(call.muted);
    this.part("hold").ariaPressed = String(call.held);
    this.#hold("hold", call.phase === "returning" || call.asked !== null);
  }

  #ended(call, now) {
    this.#show("ended", call.phase === "ended");
    if (call.phase !== "ended") return;
    const { endedBy, errorCode, errorText } = call.end;
    this.#write("talked", this.#say("talked", { time: formatDuration(talkedSeconds(call, now)) }));
    this.#write("outcome", this.#say.one("ended_by", endedBy));
    this.#show("error", errorCode !== null);
    this.#write("error-code", errorCode === null ? "" : this.#say("meta_error", { code: errorCode }));
    this.#write("error-text", errorText ?? "");
  }

  #warn(name, text) {
    this.#write(`${name}-text`, text || "");
    this.#show(name, Boolean(text));
  }

  #show(name, shown) {
    this.part(name).hidden = !shown;
  }

  /** Keep the button in place and focusable, but say that it does nothing now. */
  #hold(name, held) {
    this.part(name).ariaDisabled = String(held);
  }

  #write(name, text) {
    write(this.part(name), text);
  }
}

/** How the conversation stands: a key of strings.js. */
function progress(call, media) {
  if (media === "failed") return "media.failed";
  if (call.phase === "returning") return "returning";
  if (call.held) return "talking.held";
  return `talking.${call.muted ? "on" : "off"}`;
}

/** Text is only written when it changes, so that a live region speaks once. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Up to two letters for the round picture: `Maria Okafor` → `MO`. */
function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  return words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0] ?? "");
}

const first = (word) => [...word].slice(0, 1).join("").toUpperCase();
