// Search as one types: by words and meaning, and by words alone first where that takes a while.
// Sends `search-answered`, with the query, once the whole answer is there.

import { all, announce, element, one, send } from "./dom.js";
import { enhance } from "./enhance.js";
import { say } from "./sentences.js";

const TYPING_MS = 180;
const SLOW_MS = 150; // an answer that takes longer is one that is waited for
const AGAIN_MS = 1500;
const AGAIN_TIMES = 5;

// The hits as HTML; null where nothing answers.
const answerTo = async (query, more = "") => {
  try {
    const answer = await fetch(`/search?part=1&q=${encodeURIComponent(query)}${more}`);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
};

class Search {
  #asked = 0; // how many queries: an answer that was overtaken is not shown
  #timer = null;

  constructor(form, results) {
    this.box = one("input", form);
    this.results = results;
    this.calm = one("#calm"); // the rest of the home page, which the results replace
    this.box.addEventListener("input", () => this.#onInput());
    form.addEventListener("submit", (event) => this.#onSubmit(event));
    if (this.calm && this.query) this.look(); // it came with the address
  }

  get query() {
    return this.box.value.trim();
  }

  async look(times = 0) {
    const number = ++this.#asked;
    const query = this.query;
    this.#remember();
    if (this.calm) this.calm.hidden = query !== "";
    this.results.hidden = query === "" && this.calm !== null;
    if (query === "") return void this.results.replaceChildren();
    const answering = answerTo(query);
    if (times === 0) this.#wordsMeanwhile(answering, query, number);
    const html = await answering;
    if (number !== this.#asked) return;
    if (html === null) return this.#showLost();
    this.#show(html);
    // The embedder may have been asleep, or busy: it wakes of the first question.
    if (times === AGAIN_TIMES || !this.#saysLooking()) return void send("search-answered", { query });
    this.#timer = setTimeout(() => this.look(times + 1), AGAIN_MS);
  }

  // What has the words is there at once; what means the same may have to wait for a model.
  async #wordsMeanwhile(answering, query, number) {
    let isHere = false;
    answering.then(() => (isHere = true));
    await new Promise((done) => setTimeout(done, SLOW_MS));
    if (isHere) return;
    const html = await answerTo(query, "&words=1");
    if (isHere || html === null || number !== this.#asked) return;
    this.#show(html);
    this.#saysLooking();
  }

  // Whether only the words were asked; if so, it says that the rest is still looked for.
  #saysLooking() {
    const alone = one("[data-alone]", this.results);
    if (alone) alone.textContent = say("looking");
    return alone !== null;
  }

  #showLost() {
    this.results.replaceChildren(element('<p class="quiet" role="status"></p>'));
    one("p", this.results).textContent = say("unreached");
  }

  // Who opens what was found, and comes back, finds the query and its answer again.
  #remember() {
    const named = this.query && `?q=${encodeURIComponent(this.query)}`;
    history.replaceState(null, "", `${location.pathname}${named}`);
  }

  #show(html) {
    this.results.replaceChildren(element(html));
    enhance(this.results);
    announce(say("found", { count: all(".hit", this.results).length }));
    if (this.calm) scrollTo({ top: 0 });
  }

  #onInput() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), TYPING_MS);
  }

  #onSubmit(event) {
    event.preventDefault();
    clearTimeout(this.#timer);
    this.box.blur();
    this.look();
  }
}

// Where a page has no place for results, the form leads to the page of search.
export const searchForm = (form) => {
  const results = one("#results");
  if (results) new Search(form, results);
};
