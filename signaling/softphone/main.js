/**
 * Owns the page around the elements: the token in the address bar, the one session they share, which of them a person
 * sees, the title and the language of the document. Knows the elements only by their public faces.
 */
import { Session } from "./session.js";
import { takeFromAddress } from "./token.js";

takeFromAddress();

await import("./softphone.js");

const softphone = document.querySelector("ringbridge-softphone");
const wallboard = document.querySelector("#wallboard");
const session = Session.of(softphone);

function follow({ detail }) {
  document.documentElement.lang = detail.language;
  document.title = detail.title;
  wallboard.firstElementChild?.setAttribute("lang", detail.language);
}

follow({ detail: softphone.summary });
softphone.addEventListener("ringbridge-change", follow);

/** A supervisor sees the site beside his own phone; nobody else loads a line of it. */
async function showWallboard() {
  const shown = session.role === "supervisor";
  if (shown === !wallboard.hidden) return;
  wallboard.hidden = !shown;
  document.body.classList.toggle("wide", shown);
  if (!shown) return wallboard.replaceChildren();
  await import("./wallboard/wallboard.js");
  const board = document.createElement("ringbridge-wallboard");
  board.lang = document.documentElement.lang;
  wallboard.replaceChildren(board);
}

session.addEventListener("message", ({ detail }) => detail.type === "welcome" && showWallboard());
session.addEventListener("state", ({ detail }) => ["closed", "refused"].includes(detail) && showWallboard());

// A sign-in link opened in a tab that already shows the page changes only the fragment and reloads nothing.
addEventListener("hashchange", () => {
  const token = takeFromAddress();
  if (token) softphone.signIn(token);
});
