// Pause, resume, record, stop and bring back: their forms, and the sheet that offers some of them.

import { post } from "./capture.js";
import { on, one } from "./dom.js";
import { onRefused } from "./keep_button.js";
import { refreshSoon } from "./parts.js";

const onSubmit = async (event) => {
  const form = event.target;
  if (!form.matches(".acts-on")) return;
  event.preventDefault();
  const button = event.submitter;
  const fields = Object.fromEntries(new FormData(form));
  if (button?.name) fields[button.name] = button.value;
  const answer = await post(new URL(form.action).pathname, fields);
  one(".modes")?.removeAttribute("open");
  if (answer.outcome === "refused") onRefused(answer);
  refreshSoon();
};

// The sheet goes when the finger or the keyboard goes elsewhere.
const closeSheet = (event) => {
  const sheet = one(".modes[open]");
  if (!sheet || (event.type === "click" && sheet.contains(event.target))) return;
  if (event.type === "keydown" && event.key !== "Escape") return;
  const hadFocus = sheet.contains(document.activeElement);
  sheet.open = false;
  if (hadFocus) one("summary", sheet).focus();
};

// The forms come and go with the state, so the page listens for all of them.
export const captureForms = () => {
  on("submit", onSubmit);
  on("click", closeSheet);
  on("keydown", closeSheet);
};
