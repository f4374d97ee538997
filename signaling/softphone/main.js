/**
 * Owns the page around the softphone: the token in the address bar, the title and the language of the document.
 * Knows the element only by its public methods and its one event.
 */
import { takeFromAddress } from "./token.js";

takeFromAddress();
await import("./softphone.js");

const softphone = document.querySelector("ringbridge-softphone");

function follow({ detail }) {
  document.documentElement.lang = detail.language;
  document.title = detail.title;
}

follow({ detail: softphone.summary });
softphone.addEventListener("ringbridge-change", follow);

// A sign-in link opened in a tab that already shows the page changes only the fragment and reloads nothing.
addEventListener("hashchange", () => {
  const token = takeFromAddress();
  if (token) softphone.signIn(token);
});
