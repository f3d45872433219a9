// The sound of a moment, and its words, which light up as they sound and can be tapped.
// Sends `sound-ended` when a sound was played to its end.

import { all, element, one, send } from "./dom.js";
import { say } from "./sentences.js";

const LINGER_MS = 150; // a word stays lit for a breath after its end
const controls = () =>
  `<button type="button" class="play" aria-label="${say("play")}">` +
  '<svg class="go" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4.5v15l13-7.5z"/></svg>' +
  '<svg class="stop" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg></button>' +
  `<input class="seek" type="range" min="0" max="1000" value="0" step="1" aria-label="${say("seek")}">` +
  '<span class="clock" aria-hidden="true"></span>';

const sounding = { player: null }; // one at a time

// The word that sounds at `ms`: the last begun, while it lasts and a breath longer; -1 for none.
export const wordAt = (times, ms) => {
  const place = times.findLastIndex(([start]) => start <= ms);
  return place >= 0 && ms <= times[place][1] + LINGER_MS ? place : -1;
};

const minutes = (seconds) => {
  const whole = Math.floor(seconds || 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

class Player {
  #loading = null;

  constructor(box) {
    this.box = box;
    this.moment = box.parentElement;
    this.first_s = Number(box.dataset.from) / 1000;
    this.last_s = Number(box.dataset.until) / 1000 || Infinity;
    this.words = all(`[data-words="${box.dataset.for}"] .w[data-s]`, this.moment);
    this.times = this.words.map((word) => [Number(word.dataset.s), Number(word.dataset.e)]);
    this.audio = one("audio", box);
    this.audio.hidden = true;
    this.audio.removeAttribute("src");
    box.append(element(controls()));
    [this.button, this.seek, this.clock] = [one(".play", box), one(".seek", box), one(".clock", box)];
    this.moment.classList.add("can-play");
    this.#listen();
    this.#showClock();
  }

  // From the instant named, or from where it was paused.
  async play(from_s = null) {
    try {
      await this.#load();
      const { audio, first_s, last_s } = this;
      if (from_s !== null) audio.currentTime = from_s;
      else if (audio.currentTime < first_s || audio.currentTime >= last_s) audio.currentTime = first_s;
      if (sounding.player !== this) sounding.player?.pause();
      sounding.player = this;
      await audio.play();
    } catch {
      this.#loading = null;
      this.clock.textContent = say("no_sound");
    }
  }

  pause() {
    this.audio.pause();
  }

  // Fetched whole and played from memory: a phone that only accepted our certificate
  // refuses to stream, and a seek is then at once.
  #load() {
    this.#loading ??= fetch(this.box.dataset.sound).then(async (answer) => {
      if (!answer.ok) throw new Error(answer.status);
      this.audio.src = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: "audio/mp4" }));
    });
    return this.#loading;
  }

  #listen() {
    const { audio, button, seek, words } = this;
    audio.addEventListener("play", () => this.#onPlay());
    for (const name of ["pause", "ended"]) audio.addEventListener(name, () => this.#onPause());
    audio.addEventListener("ended", () => this.#onEnd());
    button.addEventListener("click", () => (audio.paused ? this.play() : this.pause()));
    seek.addEventListener("input", () => this.#onSeek());
    for (const word of words) word.addEventListener("click", () => this.play(Number(word.dataset.s) / 1000));
  }

  #onPlay() {
    this.moment.classList.add("playing");
    this.button.setAttribute("aria-label", say("pause"));
    this.#follow();
  }

  #onPause() {
    this.moment.classList.remove("playing");
    this.button.setAttribute("aria-label", say("play"));
  }

  #onEnd() {
    for (const word of this.words) word.classList.remove("lit", "past");
    send("sound-ended");
  }

  async #onSeek() {
    await this.#load();
    if (this.audio.duration) this.audio.currentTime = (this.seek.value / 1000) * this.audio.duration;
    this.#follow();
  }

  // Words, slider and clock go along with the sound, at each frame that the screen shows.
  #follow() {
    const { audio, seek } = this;
    this.#light(audio.currentTime * 1000);
    if (audio.duration) seek.value = (1000 * audio.currentTime) / audio.duration;
    seek.setAttribute("aria-valuetext", minutes(audio.currentTime));
    this.#showClock();
    if (audio.currentTime > this.last_s + LINGER_MS / 1000) audio.pause();
    if (!audio.paused) requestAnimationFrame(() => this.#follow());
  }

  #light(ms) {
    const place = wordAt(this.times, ms);
    this.words.forEach((word, index) => {
      word.classList.toggle("lit", index === place);
      word.classList.toggle("past", this.times[index][0] <= ms);
    });
  }

  #showClock() {
    this.clock.textContent = `${minutes(this.audio.currentTime)} / ${minutes(this.box.dataset.ms / 1000)}`;
  }
}

const players = new WeakMap(); // by their boxes

export const player = (box) => players.set(box, new Player(box));

// Plays the sound of this box from its beginning; a moment without a sound has no box.
export const playBox = (box) => players.get(box)?.play(0);

export const stopSound = () => sounding.player?.pause();
