/**
 * Owns the markup of the softphone's shadow tree; no behaviour, no words (see strings.js).
 *
 * `part` names an element for the view, for themes (`::part`) and, as `data-testid`, for tests; these names are
 * stable: token, sign-in, sign-out, connection, presence, presence-toggle, popup, answer, reject, mute, hold, hang-up,
 * timer, waiting, conversation, ended, done, notice, language, sign-in-error, connection-warning, ring-warning,
 * microphone-warning, away-reason, copy-number, alarm, talks-muted, quality, digits, consult, complete-transfer, merge,
 * cancel-consult, transfer, transfer-panel, keypad, keypad-toggle, wrap-up, settings, show-settings, dialling, cancel-dial.
 * `data-text` and `data-label` carry the key of an element's text or accessible name, `data-customer` a fact about
 * the customer; `data-optional` a fact that is hidden when there is nothing to say.
 */
import { SETTINGS } from "./devices/template.js";
import { KEYPAD } from "./keypad/template.js";

const icon = (path) => `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${path}</svg>`;

const HANDSET =
  '<path d="M6.6 3.5 9 3l2 4.6-1.9 1.7a12 12 0 0 0 5.6 5.6l1.7-1.9L21 15l-.5 2.4c-.3 1.5-1.6 2.6-3.1 2.5C10.5 19.5 4.5 13.5 4.1 6.6 4 5.1 5.1 3.8 6.6 3.500Z"/>';
const MICROPHONE =
  '<path d="M12 3.500a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3Z"/><path class="line" d="M5.5 11.500a6.5 6.5 0 0 0 13 0M12 18v3"/>';
const HANDOVER = '<path class="line" d="M4 8.500h13m0 0-3.500-3.500M17 8.500 13.500 12M20 15.500H7m0 0 3.500-3.500M7 15.500l3.500 3.500"/>';
const GEAR =
  '<path class="line" d="M4 7h10M18 7h2M4 12h3M11 12h9M4 17h8M16 17h4"/><circle class="line" cx="16" cy="7" r="2"/><circle class="line" cx="9" cy="12" r="2"/><circle class="line" cx="14" cy="17" r="2"/>';
const PAUSE = '<path class="line" d="M9 5.500v13M15 5.500v13"/>';
const KEYS =
  [5, 12, 19].flatMap((y) => [6, 12, 18].map((x) => `<circle cx="${x}" cy="${y}" r="1.7"/>`)).join("");
const PERSON = '<circle cx="12" cy="8.5" r="3.8"/><path d="M4.5 20a7.5 6.5 0 0 1 15 0Z"/>';
const BRIDGE =
  '<path class="line" d="M2.5 16.500C6 6.5 18 6.5 21.5 16.500M8 11.500v7M16 11.500v7M12 9.500v9"/>';

const named = (name) => `part="${name}" data-testid="${name}"`;

const warning = (name, button) => `
  <div ${named(name)} class="warning" role="alert" hidden>
    <span part="${name}-text"></span>
    <button type="button" part="${name}-button" class="quiet" data-text="${button}"></button>
  </div>`;

const CUSTOMER = `
  <div class="avatar large" aria-hidden="true"><span data-customer="initials"></span>${icon(PERSON)}</div>
  <p class="name" data-customer="name"></p>
  <p class="number"><span data-customer="number"></span>
    <button type="button" class="quiet small" data-copy data-testid="copy-number" data-text="copy" hidden></button></p>`;

/** Away for now, and why; the words are strings.js's. */
const AWAY_REASONS = ["", "break", "lunch", "meeting", "training"]
  .map((reason) => `<option value="${reason}" data-text="away_reason.${reason || "none"}"></option>`)
  .join("");

const CHIPS = `
  <p class="chips">
    <span class="chip" data-customer="direction"></span>
    <span class="chip channel">${icon(HANDSET)}<span data-customer="channel"></span></span>
  </p>`;

const round = (name, kind, image, key, letter = "") => `
  <span class="action">
    <button type="button" ${named(name)} class="round ${kind}" data-label="${key}" ${letter && `aria-keyshortcuts="${letter}"`}>${icon(image)}</button>
    <span class="caption" aria-hidden="true"><span data-text="${key}"></span>${letter && `<kbd>${letter}</kbd>`}</span>
  </span>`;

const DIRECTION = (name) => `
  <div><dt data-text="${name}"></dt>
    <dd><span class="bar" ${named(`${name}-level`)} aria-hidden="true"></span><span ${named(`${name}-verdict`)}></span></dd></div>`;

export const TEMPLATE = document.createElement("template");
TEMPLATE.innerHTML = `
<div class="shell" part="shell">
  <header>
    <h1 class="brand"><span class="mark">${icon(BRIDGE)}</span>Ringbridge</h1>
    <p ${named("connection")} class="pill" role="status"></p>
  </header>

  ${warning("connection-warning", "try_now")}
  ${warning("microphone-warning", "try_again")}
  ${warning("ring-warning", "turn_sound_on")}

  <form part="sign-in-form" class="panel" hidden>
    <h2 data-text="sign_in_title"></h2>
    <p class="hint" data-text="sign_in_hint"></p>
    <label for="token" data-text="token"></label>
    <input id="token" ${named("token")} type="password" autocomplete="off" autocapitalize="off" spellcheck="false" required>
    <p ${named("sign-in-error")} class="error" role="alert" data-text="token_refused" hidden></p>
    <button type="submit" ${named("sign-in")} class="primary" data-text="sign_in"></button>
  </form>

  <div part="signing-in" class="panel idle" hidden>
    <span class="emblem">${icon(BRIDGE)}</span>
    <h2 data-text="signing_in"></h2>
    <p class="hint" data-text="signing_in_hint"></p>
  </div>

  <div part="desk" class="desk" hidden>
    <div class="agent">
      <div class="avatar" aria-hidden="true" part="agent-initials"></div>
      <div class="who">
        <p class="name" part="agent"></p>
        <p class="doing"><span ${named("presence")} class="presence" role="status"></span>
          <span ${named("wrap-up")} class="wrap-up" role="timer" hidden></span></p>
      </div>
      <button type="button" ${named("presence-toggle")} class="switch" role="switch">
        <span data-text="take_calls"></span><span class="track" aria-hidden="true"></span>
      </button>
    </div>

    <div part="idle" class="panel idle" hidden>
      <span class="emblem">${icon(HANDSET)}</span>
      <h2 ${named("idle-title")}></h2>
      <p class="hint" part="idle-hint"></p>
      <label class="because" part="away-because" hidden><span data-text="away_because"></span>
        <select ${named("away-reason")} class="quiet">${AWAY_REASONS}</select></label>
    </div>

    <section ${named("popup")} class="panel call ringing" role="alertdialog" tabindex="-1"
      aria-labelledby="popup-title popup-name" aria-describedby="popup-facts" hidden>
      <h2 id="popup-title" class="unseen" data-text="incoming_call"></h2>
      ${CHIPS}
      <div id="popup-name" class="customer">${CUSTOMER}</div>
      <dl id="popup-facts" class="facts">
        <div><dt data-text="queue"></dt><dd data-customer="queue"></dd></div>
        <div><dt data-text="waiting"></dt><dd><span ${named("waiting")} role="timer"></span></dd></div>
        <div data-optional="country"><dt data-text="local_time"></dt><dd data-customer="country"></dd></div>
        <div data-optional="payload"><dt data-text="came_from"></dt><dd data-customer="payload"></dd></div>
        <div data-optional="consult"><dt data-text="asked_by"></dt><dd data-customer="consult"></dd></div>
      </dl>
      <p class="progress" part="ringing-progress" role="status"></p>
      <div class="actions">
        ${round("reject", "danger down", HANDSET, "reject", "R")}
        ${round("answer", "success", HANDSET, "answer", "A")}
      </div>
    </section>

    <section ${named("dialling")} class="panel call" tabindex="-1" data-label="direction.outbound" hidden>
      ${CHIPS}
      <div class="customer">${CUSTOMER}</div>
      <p class="warning" part="dialling-warnings" role="status" hidden></p>
      <p class="progress" part="dialling-progress" role="status"></p>
      <div class="actions">${round("cancel-dial", "danger down", HANDSET, "hang_up")}</div>
    </section>

    <section ${named("conversation")} class="panel call" data-label="conversation" hidden>
      ${CHIPS}
      <div class="customer">${CUSTOMER}</div>
      <p ${named("timer")} class="timer" role="timer"></p>
      <p class="progress" part="talking-progress" role="status"></p>
      <p ${named("alarm")} class="error" role="alert" hidden></p>
      <p ${named("talks-muted")} class="warning" role="status" hidden></p>
      <dl ${named("quality")} class="quality" hidden>
        ${["hearing", "heard"].map(DIRECTION).join("")}
      </dl>
      <p ${named("digits")} class="digits" hidden></p>
      <div ${named("consult")} class="consult" hidden>
        <p part="consult-text" role="status"></p>
        <div class="row">
          <button type="button" ${named("complete-transfer")} class="primary" data-text="complete_transfer"></button>
          <button type="button" ${named("merge")} class="quiet" data-text="merge"></button>
          <button type="button" ${named("cancel-consult")} class="quiet" data-text="cancel_consult"></button>
        </div>
      </div>
      <div ${named("transfer-panel")} class="transfer" role="region" data-label="transfer" hidden>
        <input part="transfer-search" data-testid="transfer-search" type="search" data-label="transfer_search" data-placeholder="transfer_search" autocomplete="off">
        <ul part="transfer-targets" data-testid="transfer-targets"></ul>
        <p part="transfer-nobody" class="hint" data-text="transfer_nobody" hidden></p>
      </div>
      ${KEYPAD}
      <div class="actions many">
        ${round("mute", "plain", MICROPHONE + '<path class="line slash" d="M4 4l16 16"/>', "mute", "M")}
        ${round("hold", "plain", PAUSE, "hold", "H")}
        ${round("keypad-toggle", "plain", KEYS, "keypad", "K")}
        ${round("transfer", "plain", HANDOVER, "transfer", "T")}
        ${round("hang-up", "danger down", HANDSET, "hang_up")}
      </div>
    </section>

    <section ${named("ended")} class="panel call" tabindex="-1" aria-labelledby="ended-title" hidden>
      <h2 id="ended-title" data-text="call_ended"></h2>
      <div class="customer">${CUSTOMER}</div>
      <p class="talked" part="talked"></p>
      <p class="outcome" part="outcome" data-testid="outcome" role="status"></p>
      <p class="hint" part="free-at" hidden></p>
      <p class="error" part="error" hidden><strong part="error-code"></strong> <span part="error-text"></span></p>
      <button type="button" ${named("done")} class="primary" data-text="done"></button>
    </section>
  </div>

  <p ${named("notice")} class="notice" role="status"></p>

  <footer>
    <button type="button" ${named("show-settings")} class="quiet with-icon" hidden>${icon(GEAR)}<span data-text="settings"></span></button>
    <select part="language" data-testid="language" class="quiet" data-label="choose_language"></select>
    <button type="button" ${named("sign-out")} class="quiet" data-text="sign_out" hidden></button>
  </footer>
  <audio part="voice" autoplay></audio>
  ${SETTINGS}
</div>`;

/** One colleague or queue that a caller may be handed to. */
const TARGET = document.createElement("template");
TARGET.innerHTML = `<li class="target"><div><p class="name" data-fact="name"></p><p class="presence" data-fact="doing"></p></div>
  <button type="button" class="quiet" data-act="consult" data-text="consult"></button>
  <button type="button" class="quiet" data-act="transfer" data-text="hand_over"></button></li>`;

export const targetRow = () => TARGET.content.firstElementChild.cloneNode(true);
