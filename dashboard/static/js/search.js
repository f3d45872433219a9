// Search as one types: at each key by words alone, and in a pause of the typing by meaning, too.
// Sends `search-answered`, with the query, once the whole answer is there.

import { all, announce, element, one, send } from "./dom.js";
import { enhance } from "./enhance.js";
import { say } from "./sentences.js";

const PAUSE_MS = 200; // so long no key came: the query may be whole
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
  #isAsking = false; // by words: one request at a time
  #shown = ""; // the query whose answer is shown

  constructor(form, results) {
    this.box = one("input", form);
    this.results = results;
    this.calm = one("#calm"); // the rest of the home page, which the results replace
    this.box.addEventListener("input", () => this.#onInput());
    form.addEventListener("submit", (event) => this.#onSubmit(event));
    results.addEventListener("click", () => this.#remember()); // before a hit is opened
    if (this.calm && this.query) this.look(); // it came with the address
  }

  get query() {
    return this.box.value.trim();
  }

  // The whole answer: by words and by meaning.
  async look(times = 0) {
    const number = this.#begin();
    const { query } = this;
    this.#remember();
    if (query === "") return;
    const answering = answerTo(query);
    if (times === 0) this.#wordsMeanwhile(answering, number);
    const html = await answering;
    if (number !== this.#asked) return;
    if (html === null) return this.#showLost(query);
    this.#show(html, query);
    announce(say("found", { count: all(".hit", this.results).length }));
    // The embedder may have been asleep, or busy: it wakes of the first question.
    if (times === AGAIN_TIMES || !this.#saysLooking()) return void send("search-answered", { query });
    this.#timer = setTimeout(() => this.look(times + 1), AGAIN_MS);
  }

  // The number of this query. What was asked before it is shown no more.
  #begin() {
    const isEmpty = this.query === "";
    clearTimeout(this.#timer);
    if (this.calm) this.calm.hidden = !isEmpty;
    this.results.hidden = isEmpty && this.calm !== null;
    if (isEmpty) this.#clear();
    return ++this.#asked;
  }

  // What has the words is there at once; what means the same may have to wait for a model.
  async #wordsMeanwhile(answering, number) {
    let isHere = false;
    answering.then(() => (isHere = true));
    await new Promise((done) => setTimeout(done, SLOW_MS));
    if (!isHere && number === this.#asked) this.#askWords();
  }

  // Who types faster than is answered gets an answer to what stands there by then.
  async #askWords() {
    const { query } = this;
    if (this.#isAsking || query === "" || query === this.#shown) return;
    this.#isAsking = true;
    const html = await answerTo(query, "&words=1");
    this.#isAsking = false;
    if (query !== this.query) return this.#askWords();
    if (html === null || query === this.#shown) return; // the whole answer was faster
    this.#show(html, query);
    this.#saysLooking();
  }

  // Whether only the words were asked; if so, it says that the rest is still looked for.
  #saysLooking() {
    const alone = one("[data-alone]", this.results);
    if (alone) alone.textContent = say("looking");
    return alone !== null;
  }

  #showLost(query) {
    this.#shown = query;
    this.results.replaceChildren(element('<p class="quiet" role="status"></p>'));
    one("p", this.results).textContent = say("unreached");
  }

  // Who opens what was found, and comes back, finds the query and its answer again.
  #remember() {
    const named = this.query && `?q=${encodeURIComponent(this.query)}`;
    history.replaceState(null, "", `${location.pathname}${named}`);
  }

  #show(html, query) {
    this.#shown = query;
    this.results.replaceChildren(element(html));
    enhance(this.results);
    if (this.calm) scrollTo({ top: 0 });
  }

  #clear() {
    this.#shown = "";
    this.results.replaceChildren();
  }

  #onInput() {
    this.#begin();
    this.#askWords();
    this.#timer = setTimeout(() => this.look(), PAUSE_MS);
  }

  #onSubmit(event) {
    event.preventDefault();
    this.box.blur();
    this.look();
  }
}

// Where a page has no place for results, the form leads to the page of search.
export const searchForm = (form) => {
  const results = one("#results");
  if (results) new Search(form, results);
};
