// The parts of the page that change by themselves: fetched from `/now`, each put in place where
// it reads differently. Sends `part-replaced` from the new part, with the old one, `part-unchanged`
// from a part that stays, with the fresh one, and `parts-fresh` at the end.

import { all, announce, element, one, send } from "./dom.js";
import { enhance } from "./enhance.js";
import { say } from "./sentences.js";

export const POLL_MS = 5000; // how often to look where no event says that something changed
const TOGETHER_MS = 120; // what changes within this is fetched once

const pending = { refresh: null };

export const refresh = async () => {
  try {
    const answer = await fetch("/now", { headers: { Accept: "text/html" } });
    if (answer.ok) takeIn(await answer.text());
    else throw new Error(answer.status);
  } catch {
    showLost();
  }
  send("parts-fresh");
};

export const refreshSoon = () => {
  pending.refresh ??= new Promise((done) => setTimeout(done, TOGETHER_MS)).then(() => {
    pending.refresh = null;
    return refresh();
  });
  return pending.refresh;
};

// What plays stays.
const takeIn = (html) => {
  for (const part of all("[data-part]", element(html))) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    if (part.id === "state") one("#memory").textContent = part.dataset.memory;
    if (old.dataset.version === part.dataset.version) send("part-unchanged", { fresh: part }, old);
    else if (!one(".playing", old)) replace(old, part);
  }
};

const replace = (old, part) => {
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(part);
  enhance(part);
  if (hadFocus) (one("a, button, summary", part) ?? one("#keep"))?.focus();
  if (part.id === "just") one(".just", part)?.classList.add("new");
  if (part.id === "state") announceState(old, part);
  send("part-replaced", { old }, part);
};

const announceState = (old, state) => {
  const sentence = one("#sentence", state).textContent;
  if (one("#sentence", old).textContent !== sentence) announce(sentence);
};

const showLost = () => {
  const state = one("#state");
  if (!state) return;
  one("#sentence", state).textContent = say("lost");
  state.dataset.version = "lost";
  state.removeAttribute("data-can-press");
};
