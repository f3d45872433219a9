// What the page says in words, handed over by the page itself (`dashboard/sentences.toml`).

import { one } from "./dom.js";

const place = one("#sentences");
const SENTENCES = place ? JSON.parse(place.textContent) : {};
const forms = new Intl.PluralRules(document.documentElement.lang || undefined);

// The sentence with these values put in; `count` chooses its form.
export const say = (name, values = {}) => {
  const found = SENTENCES[name];
  const sentence = typeof found === "string" ? found : (found[forms.select(values.count)] ?? found.other);
  return sentence.replace(/\{(\w+)\}/g, (_, value) => values[value]);
};
