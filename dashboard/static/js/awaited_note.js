// A note that was just written about a moment: it joins the others on the page once it is made.

import { all, announce, element, one } from "./dom.js";
import { enhance } from "./enhance.js";
import { say } from "./sentences.js";

const AGAIN_MS = 1000;
const AGAIN_TIMES = 60;

export const awaitedNote = async (notes) => {
  const note = notes.dataset.awaits;
  for (let times = 0; note && times < AGAIN_TIMES; times++) {
    const fresh = await fetchedNotes();
    if (fresh && all("[data-moment]", fresh).some((row) => row.dataset.moment === note)) {
      notes.replaceWith(fresh);
      enhance(fresh);
      return announce(say("note_is_here"));
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
};

const fetchedNotes = async () => {
  try {
    const answer = await fetch(location.pathname);
    return answer.ok ? one("#notes", element(await answer.text())) : null;
  } catch {
    return null; // it is asked for again
  }
};
