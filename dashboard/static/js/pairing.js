// A phone that is to be let in: shows the secret that it scanned, then waits for the press; the
// page that opened the pairing, which waits for the phone; and any other that waits for a press.

import { element, one } from "./dom.js";
import { givenUpAfter } from "./patience.js";

const LOOK_EVERY_MS = 1500;
const PATIENCE_MS = 4000; // a network that is gone answers never, and may be back by then

export const pairing = (place) => {
  const secret = location.hash.slice(1);
  const form = one("form.secret", place);
  if (form && secret) show(form, secret);
  waiting(place);
};

export const waiting = (place) => {
  if (place.hasAttribute("data-again")) setTimeout(() => look(place), LOOK_EVERY_MS);
};

// The secret leaves the address bar and the way back before it is sent. The browser's own history
// may have it all the same: a pairing's is worth nothing soon, the set-up's once a phone is in.
const show = (form, secret) => {
  history.replaceState(null, "", location.pathname);
  one("#secret", form).value = secret;
  form.submit();
};

const look = async (place) => {
  try {
    const signal = givenUpAfter(PATIENCE_MS);
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, signal });
    if (answer.redirected) return location.replace(answer.url); // let in, or done
    const fresh = one(`#${place.id}`, element(await answer.text()));
    if (fresh?.dataset.shows !== place.dataset.shows) return location.reload();
  } catch {
    // away for now: the next look tells
  }
  waiting(place);
};
