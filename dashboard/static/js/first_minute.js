// The first minute of a newcomer, step by step: the newcomer presses, and only sound and time move
// the rest. It listens to the other modules; none of them knows of it.

import { all, announce, element, on, one } from "./dom.js";
import { enhance } from "./enhance.js";
import { press } from "./keep_button.js";
import { playBox, stopSound } from "./player.js";
import { say } from "./sentences.js";

const STEPS = {
  microphone: {
    quiet: { speech: "talk", pressed: "waiting" },
    talk: { enough: "press", pressed: "waiting" },
    press: { pressed: "waiting" },
    waiting: { words: "heard", refused: "press" },
    heard: {},
  },
  demo: {
    offer: { listen: "listening" },
    listening: { sentence: "press", pressed: "waiting" },
    press: { pressed: "waiting" },
    waiting: { words: "heard", refused: "press" },
    heard: { played: "opposite", next: "opposite" },
    opposite: { none: "ask", next: "ask" },
    ask: { asked: "yours" },
    yours: {},
  },
};

const LAST = { microphone: "heard", demo: "yours" };

export const nextStep = (kind, step, message) => STEPS[kind]?.[step]?.[message] ?? step;

/* ---- what is heard ---- */

const PAUSE_S = 0.6;
const ENOUGH_S = 25; // "half a minute" to somebody who talks
const NOTHING_HEARD = { began_s: null, quiet_s: null };

// What a level means to the first minute, given what was heard before it: what is heard by now,
// and the messages. Pure: `at_s` counts from its beginning, and nothing before `worth_s` is worth
// a press.
export const hears = (heard, speaking, at_s, worth_s) => {
  const began_s = heard.began_s ?? (speaking ? at_s : null);
  const quiet_s = speaking ? null : (heard.quiet_s ?? at_s);
  const messages = [];
  if (began_s !== null) messages.push("speech");
  if (quiet_s !== null && at_s - quiet_s >= PAUSE_S && at_s >= worth_s) messages.push("sentence");
  if (began_s !== null && at_s - began_s >= ENOUGH_S) messages.push("enough");
  return [{ began_s, quiet_s }, messages];
};

const listening = { heard: NOTHING_HEARD, since_ms: performance.now(), scene: null, idle: null };

const onLevel = (strip, { speaking }) => {
  if (strip.dataset.step === "offer") return;
  const at_s = (performance.now() - listening.since_ms) / 1000;
  const [heard, messages] = hears(listening.heard, speaking, at_s, Number(strip.dataset.worth));
  listening.heard = heard;
  for (const message of messages) take(strip, message);
};

/* ---- from step to step ---- */

const take = (strip, message) => {
  if (!strip.isConnected) return;
  const before = strip.dataset.step;
  const step = nextStep(strip.dataset.kind, before, message);
  if (step === before) return;
  showStep(strip, step);
  ON_STEP[step]?.(strip);
  if (step === LAST[strip.dataset.kind]) leave(one(".dismiss", strip)); // it is not begun again
};

const showStep = (strip, step) => {
  strip.dataset.step = step;
  const shown = all("[data-at]", strip).filter((part) => {
    part.hidden = !part.dataset.at.split(" ").includes(step);
    return !part.hidden;
  });
  const still = one(`[data-at="${step}"]`, strip);
  if (shown.length && still) announce(still.textContent.trim());
};

// Who does not press is shown how.
const pressWhenIdle = (strip) => {
  if (strip.dataset.kind !== "demo") return;
  clearTimeout(listening.idle);
  const waited = () => strip.dataset.step === "press" && press();
  listening.idle = setTimeout(waited, Number(strip.dataset.idleMs));
};

const playWhatWasKept = (strip) => {
  if (strip.dataset.kind !== "demo") return;
  listening.scene?.pause();
  const card = one("#just [data-moment]");
  strip.dataset.moment = card.dataset.moment;
  playBox(one(".player", card));
};

const showOpposite = async (strip) => {
  stopSound();
  const answer = await fetch(`/demo/opposite/${strip.dataset.moment}`);
  if (answer.status !== 200) return take(strip, "none");
  const place = one("#opposite");
  place.replaceChildren(element(await answer.text()));
  enhance(place);
};

const ON_STEP = {
  press: pressWhenIdle,
  heard: playWhatWasKept,
  opposite: showOpposite,
  ask: stopSound,
};

/* ---- what the newcomer can touch ---- */

const listenButton = (strip, button) => {
  button.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    // At hand before capture is told, so that ear and microphone begin together.
    const fetched = fetch(button.dataset.scene).then((answer) => answer.blob());
    const sound = await fetched.finally(() => (button.disabled = false));
    const scene = new Audio(URL.createObjectURL(sound));
    Object.assign(listening, { scene, heard: NOTHING_HEARD, since_ms: performance.now() });
    fetch(button.form.action, { method: "POST" });
    scene.play().catch(() => announce(say("plays_no_sound")));
    take(strip, "listen");
  });
};

const questionLink = (event) => {
  event.preventDefault();
  const box = one("#q");
  box.value = event.currentTarget.dataset.query;
  box.form.requestSubmit();
};

const leave = (form) => fetch(form.action, { method: "POST", redirect: "manual", keepalive: true });

// What is skipped in one tab is skipped in all of this browser.
const tabs = new BroadcastChannel("first-minute");

const dismissForm = (strip, form) => {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    listening.scene?.pause();
    strip.hidden = true;
    await leave(form);
    strip.remove();
    tabs.postMessage("skipped");
  });
  tabs.addEventListener("message", () => {
    listening.scene?.pause();
    strip.remove();
  });
};

// It says that it listens, so it goes while nothing does.
const hideWhenSilent = (strip) => {
  strip.hidden = ["paused", "fault", "absent"].includes(one("#state").dataset.state);
};

const listenToThePage = (strip) => {
  const question = one("[data-query]", strip)?.dataset.query;
  on("live-level", ({ detail }) => onLevel(strip, detail));
  on("press-taken", () => take(strip, "pressed"));
  on("press-refused", () => take(strip, "refused"));
  on("words-shown", () => take(strip, "words"));
  on("sound-ended", () => take(strip, "played"));
  on("search-answered", ({ detail }) => detail.query === question && take(strip, "asked"));
  on("parts-fresh", () => hideWhenSilent(strip));
};

export const firstMinute = (strip) => {
  showStep(strip, Object.keys(STEPS[strip.dataset.kind])[0]);
  listenToThePage(strip);
  const listen = one("#listen", strip);
  if (listen) listenButton(strip, listen);
  for (const button of all("[data-message]", strip))
    button.addEventListener("click", () => take(strip, button.dataset.message));
  one("[data-query]", strip)?.addEventListener("click", questionLink);
  dismissForm(strip, one(".dismiss", strip));
};
