// The parts of the page that change by themselves: fetched anew, each put in place where it reads
// differently, by its `data-version` or, without one, by its text. Sends `part-replaced` from the new part, with the old one, `part-unchanged`
// from a part that stays, with the fresh one, and `parts-fresh` at the end.

import { all, announce, element, one, send } from "./dom.js";
import { enhance } from "./enhance.js";
import { givenUpAfter } from "./patience.js";
import { say } from "./sentences.js";

export const POLL_MS = 5000; // how often to look where no event says that something changed
const PATIENCE_MS = 8000; // a network that is gone answers never
const TOGETHER_MS = 120; // what changes within this is fetched once

const pending = { refresh: null };
const sources = new WeakMap(); // the parts without a version, as the machine wrote them

// Before script changes anything in them.
export const rememberParts = (within) => {
  for (const part of all("[data-part]", within)) sources.set(part, part.outerHTML);
};

const isSame = (old, part) =>
  "version" in part.dataset
    ? old.dataset.version === part.dataset.version
    : sources.get(old) === sources.get(part);

export const refresh = async () => {
  try {
    const { again } = document.body.dataset;
    const signal = givenUpAfter(PATIENCE_MS);
    const answer = await fetch(again ?? location.pathname, { headers: { Accept: "text/html" }, signal });
    // It was forgotten, or this phone was revoked: the page says so.
    if ([401, 404].includes(answer.status)) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    takeIn(await answer.text());
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
  one("#lost")?.setAttribute("hidden", "");
  const fresh = element(html);
  rememberParts(fresh);
  for (const part of all("[data-part]", fresh)) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    if (part.id === "state") one("#memory").textContent = part.dataset.memory;
    if (isSame(old, part)) send("part-unchanged", { fresh: part }, old);
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

// A page without a state may have a sentence of its own for it.
export const showLost = () => {
  one("#lost")?.removeAttribute("hidden");
  const state = one("#state");
  if (!state) return;
  one("#sentence", state).textContent = say("lost");
  state.dataset.version = "lost";
  state.removeAttribute("data-can-press");
};
