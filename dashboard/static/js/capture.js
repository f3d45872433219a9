// Asking capture for something, as the forms of the page do.

import { givenUpAfter } from "./patience.js";
import { say } from "./sentences.js";

const PATIENCE_MS = 3000;
export const unreached = () => ({
  outcome: "refused",
  sentence: say("unreached"),
  advice: say("unreached_advice"),
});

// Capture's answer: its `outcome`, and where that is `refused`, a sentence and advice.
export const post = async (address, fields = {}) => {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      signal: givenUpAfter(PATIENCE_MS),
    });
    return await answer.json();
  } catch {
    return unreached();
  }
};
