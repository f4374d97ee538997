/**
 * Owns the page around the elements: the token in the address bar, the one session they share, what each is told
 * of the other, the title and the language of the document. Knows the elements only by their public faces.
 */
import { Beside } from "./beside.js";
import { Session } from "./session.js";
import { takeFromAddress } from "./token.js";

takeFromAddress();

await import("./softphone.js");

const softphone = document.querySelector("ringbridge-softphone");
const session = Session.of(softphone);
const beside = new Beside();

function follow({ detail }) {
  document.documentElement.lang = detail.language;
  document.title = detail.title;
  beside.speak(detail.language);
  beside.showCall(detail);
}

follow({ detail: softphone.summary });
softphone.addEventListener("ringbridge-change", follow);
addEventListener("ringbridge-dial", ({ detail }) => softphone.dial(detail));

session.addEventListener("message", ({ detail }) => detail.type === "welcome" && beside.open(session.role));
session.addEventListener("state", ({ detail }) => ["closed", "refused"].includes(detail) && beside.open(null));

// A sign-in link opened in a tab that already shows the page changes only the fragment and reloads nothing.
addEventListener("hashchange", () => {
  const token = takeFromAddress();
  if (token) softphone.signIn(token);
});
