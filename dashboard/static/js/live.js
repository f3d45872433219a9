// The stream of events, while the page is seen. Fetches the parts of the page when one of them
// changed, and sends what capture does as `live-level`, `live-taken`, `live-kept`, `live-closed`,
// `live-refused` and `live-taken_back`, each with the fields of the event.

import { one, send } from "./dom.js";
import { POLL_MS, refresh, refreshSoon, showLost } from "./parts.js";

const CHANGES = ["state", "moment", "day", "gap", "recording", "brought_back", "phones"];
const ACTS = ["level", "taken", "kept", "closed", "refused", "taken_back"];

const SILENT_MS = 12_000; // an idle stream says every five seconds that it is there

// A hidden page closes its stream and comes back with its mark; one that gets `bye` (too many
// watch), or whose stream the browser gave up, asks every few seconds instead. A network that is
// gone tells nobody: where nothing is heard any more, the page says so and begins anew.
class Stream {
  #source = null;
  #poll = null;
  #silence = null;
  #hasMissed = false; // whether something may have happened of which no event came

  constructor({ live, mark }) {
    this.address = live;
    this.mark = mark;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.watch()));
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", () => this.watch());
  }

  watch() {
    if (this.#source || this.#poll || document.hidden) return;
    const address = new URL(this.address, location);
    if (this.mark) address.searchParams.set("after", this.mark);
    else this.#hasMissed = true;
    const shown = one("#state")?.dataset.version;
    if (shown) address.searchParams.set("state", shown);
    this.#source = new EventSource(address);
    this.#listenOn();
    this.#on("hello", () => this.#catchUp());
    this.#on("still", () => {});
    for (const name of CHANGES) this.#on(name, refreshSoon);
    for (const name of ACTS) this.#on(name, (event) => send(`live-${name}`, event));
    this.#on("bye", () => this.#pollInstead());
    this.#source.onerror = () => this.#onError();
  }

  leave() {
    this.#source?.close();
    clearInterval(this.#poll);
    clearTimeout(this.#silence);
    this.#source = this.#poll = null;
  }

  #on(name, act) {
    this.#source.addEventListener(name, (event) => {
      this.#listenOn();
      if (event.lastEventId) this.mark = event.lastEventId;
      act(JSON.parse(event.data));
    });
  }

  // A page with a mark learns from its events what it missed, but for that it was lost meanwhile.
  #catchUp() {
    if (this.#hasMissed) refreshSoon();
    this.#hasMissed = false;
  }

  #listenOn() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#onSilence(), SILENT_MS);
  }

  #onSilence() {
    showLost();
    this.#hasMissed = true;
    this.leave();
    this.watch();
    refresh();
  }

  #onError() {
    this.#hasMissed = true;
    if (this.#source?.readyState === EventSource.CLOSED) this.#pollInstead();
    refresh();
  }

  #pollInstead() {
    this.leave();
    this.#poll = setInterval(refresh, POLL_MS);
  }
}

export const live = (place) => new Stream(place.dataset).watch();
