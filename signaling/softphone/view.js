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

  all(selector) {
    return this.#root.querySelectorAll(selector);
  }

  part(name) {
    return this.#parts[name];
  }

  /** Draw this state (see softphone.js); `now` in milliseconds, `wallClock` in epoch seconds. */
  draw(state, now, wallClock) {
    if (state.language !== this.#language) this.#speak(state.language);
    this.#frame(state);
    this.#agent(state, wallClock);
    this.#customer(state.call, wallClock);
    this.#popup(state, wallClock);
    this.#dialling(state);
    this.#conversation(state, now);
    this.#consult(state.call);
    this.#ended(state.call, now);
  }

  #speak(language) {
    this.#language = language;
    this.#say = speaker(language);
    this.#parts.shell.lang = language;
    this.part("language").value = language;
    for (const node of this.all("[data-text]")) node.textContent = this.#say(node.dataset.text);
    for (const node of this.all("[data-label]")) node.ariaLabel = this.#say(node.dataset.label);
    for (const node of this.all("[data-placeholder]")) node.placeholder = this.#say(node.dataset.placeholder);
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
    this.#show("show-settings", signedIn);
    const outdated = connection === "outdated";
    this.#warn("connection-warning", outdated ? say("page_outdated") : connection === "lost" && say("connection_lost"));
    this.#write("connection-warning-button", say(outdated ? "reload" : "try_now"));
    this.#warn("microphone-warning", signedIn && microphone !== null && say(`microphone.${microphone}`));
    this.#warn("ring-warning", signedIn && ringBlocked && say("ring_blocked"));
    this.#write("notice", notice === null ? "" : notice(say));
  }

  #agent({ connection, agent, presence, wrapUpUntil, awayReason, call }, wallClock) {
    if (agent === null) return;
    const say = this.#say;
    // What the server last said is not true any more once it cannot be heard.
    const shown = connection === "connected" ? presence : "offline";
    this.#write("agent", agent);
    this.#write("agent-initials", initials(agent));
    const why = shown === "away" && awayReason ? ` · ${awayReason}` : "";
    this.#write("presence", say(`presence.${shown}`) + why);
    this.part("presence").dataset.state = shown;
    const toggle = this.part("presence-toggle");
    toggle.ariaChecked = String(!["away", "wrap_up", "offline"].includes(shown));
    toggle.disabled = !["away", "wrap_up", "ready"].includes(shown);
    this.#show("away-because", shown === "away");
    const reasons = this.part("away-reason");
    reasons.value = [...reasons.options].find(({ text }) => awayReason && text === awayReason)?.value ?? "";
    const wrapsUp = shown === "wrap_up" && wrapUpUntil !== null;
    this.#show("wrap-up", wrapsUp);
    this.#write("wrap-up", wrapsUp ? formatDuration(Math.ceil(wrapUpUntil - wallClock)) : "");
    this.#show("idle", call.phase === "none");
    this.part("idle").dataset.state = shown;
    this.#write("idle-title", say(`idle_title.${shown}`));
    this.#write("idle-hint", say(`idle_hint.${shown}`));
  }

  #customer(call, wallClock) {
    if (call.phase === "none") return;
    const { name, number, userId, country, timeZone } = call.customer;
    const shown = name ?? number ?? userId ?? this.#say("customer_unknown");
    const facts = {
      initials: initials(name ?? ""),
      name: shown,
      number: number === shown || userId === shown ? "" : (number ?? userId ?? this.#say("number_hidden")),
      direction: this.#say.one("direction", call.direction),
      channel: this.#say.one("channel", call.channel),
      queue: call.queue ?? "",
      country: country ? place(this.#language, country, timeZone, wallClock) : "",
      payload: call.ctaPayload ?? "",
      consult: call.consultFrom ?? "",
    };
    for (const node of this.all("[data-customer]")) write(node, facts[node.dataset.customer]);
    for (const node of this.all("[data-optional]")) node.hidden = facts[node.dataset.optional] === "";
    for (const node of this.all("[data-copy]")) node.hidden = number === undefined || number === null;
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

  #dialling({ call }) {
    this.#show("dialling", call.phase === "dialling");
    if (call.phase !== "dialling") return;
    this.#write("dialling-progress", this.#say(call.asked ? "asked.hang_up" : `dialling.${call.stage ?? "asking"}`));
    this.#show("dialling-warnings", call.warnings.length > 0);
    this.#write("dialling-warnings", call.warnings.join(" "));
    this.#hold("cancel-dial", call.asked !== null);
  }

  #conversation({ call, media, quality, talksMuted }, now) {
    const shown = call.phase === "talking" || call.phase === "returning";
    this.#show("conversation", shown);
    if (!shown) return;
    this.#write("timer", formatDuration(talkedSeconds(call, now)));
    this.#write("talking-progress", this.#say(call.asked ? `asked.${call.asked}` : progress(call, media)));
    this.#hold("hang-up", call.asked !== null);
    this.part("mute").ariaPressed = String(call.muted);
    this.part("hold").ariaPressed = String(call.held);
    const busy = call.phase === "returning" || call.asked !== null;
    this.#hold("hold", busy || call.consult !== null);
    this.#hold("transfer", busy || call.consult !== null);
    this.#hold("keypad-toggle", busy || (call.held && call.consult?.stage !== "merged"));
    this.#show("talks-muted", talksMuted);
    this.#write("talks-muted", talksMuted ? this.#say("talks_muted") : "");
    this.#show("alarm", call.alarm !== null);
    this.#write("alarm", call.alarm === null ? "" : this.#say.one("alarm", call.alarm));
    this.#show("digits", call.digits !== "");
    this.#write("digits", call.digits === "" ? "" : this.#say("digits_pressed", { digits: call.digits }));
    this.#quality(quality);
  }

  #quality(quality) {
    this.#show("quality", quality !== null);
    if (quality === null) return;
    for (const direction of ["hearing", "heard"]) {
      const { level = 0, verdict = null, loss, jitterMs } = quality[direction] ?? {};
      const bar = this.part(`${direction}-level`);
      bar.style.setProperty("--level", `${Math.round(Math.min(1, Math.sqrt(level ?? 0)) * 100)}%`);
      const shown = this.part(`${direction}-verdict`);
      this.#write(`${direction}-verdict`, this.#say(`quality.${verdict ?? "unknown"}`));
      shown.dataset.state = verdict ?? "";
      const facts = { loss: Math.round((loss ?? 0) * 1000) / 10, jitter: jitterMs ?? "–", delay: quality.roundTripMs ?? "–" };
      shown.title = this.#say("quality_figures", facts);
    }
  }

  #consult({ consult }) {
    this.#show("consult", Boolean(consult));
    if (!consult) return;
    this.#write("consult-text", this.#say(`consulting.${consult.stage}`, { colleague: consult.colleague }));
    this.#show("merge", consult.stage === "talking");
  }

  #ended(call, now) {
    this.#show("ended", call.phase === "ended");
    if (call.phase !== "ended") return;
    const { endedBy, reason, errorCode, errorText } = call.end;
    const talked = call.joinedAt !== null;
    this.#show("talked", talked);
    this.#write("talked", talked ? this.#say("talked", { time: formatDuration(talkedSeconds(call, now)) }) : "");
    const refused = endedBy === "refused" ? this.#say.one("refused", reason) : null;
    const unmet = call.direction === "outbound" && !talked && errorCode === null;
    this.#write("outcome", refused ?? this.#say.one(unmet ? "unmet" : "ended_by", endedBy));
    this.#show("free-at", call.freeAt !== null);
    this.#write("free-at", call.freeAt === null ? "" : this.#say("free_at", { time: moment(this.#language, call.freeAt) }));
    this.#show("error", Boolean(errorCode !== null || errorText));
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

/** `United Kingdom, 14:05`: where the customer's number is from, and the time there. */
function place(language, country, timeZone, wallClock) {
  const name = new Intl.DisplayNames(language, { type: "region" }).of(country);
  if (!timeZone) return name;
  const clock = new Intl.DateTimeFormat(language, { timeZone, hour: "2-digit", minute: "2-digit" });
  return `${name}, ${clock.format(wallClock * 1000)}`;
}

/** `Nov 24, 14:05`: a moment that may be days away. */
function moment(language, epoch) {
  const format = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return format.format(epoch * 1000);
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
