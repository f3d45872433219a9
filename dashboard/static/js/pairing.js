// A phone that is to be let in: shows the secret that it scanned, then waits for the press; and the
// page that opened the pairing, which waits for the phone.

import { element, one } from "./dom.js";

const LOOK_EVERY_MS = 1500;

export const pairing = (place) => {
  const secret = location.hash.slice(1);
  const form = one("form.secret", place);
  if (form && secret) show(form, secret);
  if (place.hasAttribute("data-again")) setTimeout(() => look(place.dataset.shows), LOOK_EVERY_MS);
};

// The secret leaves the address bar, and the browser's history, before it is sent.
const show = (form, secret) => {
  history.replaceState(null, "", location.pathname);
  one("#secret", form).value = secret;
  form.submit();
};

const look = async (shown) => {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (answer.redirected) return location.replace(answer.url); // let in
    const fresh = one("#pair", element(await answer.text()));
    if (fresh?.dataset.shows !== shown) return location.reload();
  } catch {
    // away for now: the next look tells
  }
  setTimeout(() => look(shown), LOOK_EVERY_MS);
};
