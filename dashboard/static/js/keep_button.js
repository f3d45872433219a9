// The button that keeps: pressed, held, and what it says came of that; and the way to undo it.
// Sends `press-taken`, `press-refused` and `words-shown`.

import { post, unreached } from "./capture.js";
import { announce, on, one, send } from "./dom.js";
import { refresh, refreshSoon } from "./parts.js";
import { say } from "./sentences.js";

const HOLD_MS = 600;
const RENEW_MS = 1000; // a hold ends by itself 3 s after the last renewal
const SHOWN_MS = { sending: 5000, taken: 20_000, kept: 60_000, words: 7000, refused: 12_000 };
const UNDO_MS = 20_000;
const SEEN_MS = 250; // kept may come 50 ms after taken; the eye should have both

const pressed = {
  taken_ms: 0,
  last: null, // the keep and revision of the last press that was taken
  awaited: null, // the keep whose words are awaited, and its revision
  resting: null, // the timers
  undoing: null,
};

/* ---- what the button says ---- */

// It can be pressed again at any time, whatever it says.
const show = (kind, text) => {
  const button = one("#keep");
  button.dataset.shows = kind;
  one("span", button).textContent = text;
  clearTimeout(pressed.resting);
  one("#refusal").hidden = kind !== "refused";
  if (kind === "rest") return;
  pressed.resting = setTimeout(rest, SHOWN_MS[kind]);
  if (kind !== "refused") announce(text);
};

const label = () => one("#state").dataset.label;
const rest = () => show("rest", label());

// As if nothing had been pressed.
const restKeep = () => {
  pressed.awaited = null;
  one("#undo").hidden = true;
  rest();
};

// Capture may come and go: the button shows it before it is pressed in vain.
const showState = () => {
  const button = one("#keep");
  button.toggleAttribute("data-off", !one("#state").hasAttribute("data-can-press"));
  if ((button.dataset.shows ?? "rest") === "rest") one("span", button).textContent = label();
};

// Once its words are there, the button shows the first of them.
const showWords = () => {
  const card = one("#just [data-moment]");
  if (!card || card.dataset.moment !== pressed.awaited?.keep) return;
  if (Number(card.dataset.revision) < pressed.awaited.revision) return;
  const { first, wordsStatus, awaited } = card.dataset;
  if (awaited !== undefined) return;
  pressed.awaited = null;
  show("words", first || wordsStatus);
  send("words-shown");
};

/* ---- what came of a press ---- */

const onTaken = ({ keep, revision }) => {
  const press = `${keep}.${revision}`;
  if (press === pressed.last) return; // it comes twice: as the answer, and by the stream
  Object.assign(pressed, { last: press, awaited: { keep, revision }, taken_ms: performance.now() });
  show("taken", say("taken"));
  offerWay(keep, "undo");
  send("press-taken");
};

const onKept = ({ keep }) => {
  const seen_ms = performance.now() - pressed.taken_ms;
  setTimeout(() => pressed.awaited?.keep === keep && show("kept", say("kept")), Math.max(0, SEEN_MS - seen_ms));
};

export const onRefused = ({ sentence, advice }) => {
  const [place, why] = [one("#refusal"), document.createElement("strong")];
  why.textContent = sentence;
  place.replaceChildren(why, ` ${advice}`);
  announce(place.textContent);
  show("refused", label());
  send("press-refused");
};

// The button of the device was pressed. In a pause the way out stands beside the page's own.
const onRefusedThere = (refusal) => {
  const canResume = one('#end form[action="/resume"]') !== null;
  onRefused(canResume ? { sentence: say("paused"), advice: "" } : refusal);
};

const onAnswer = (answer) => {
  if (answer.outcome === "taken") onTaken(answer);
  if (answer.outcome === "refused") onRefused(answer);
};

const onTakenBack = ({ keep }) => {
  if (one("#undo").getAttribute("action") === undoAddress(keep)) restKeep();
  refreshSoon();
};

// Another page, or another program, took back what was kept here.
const onJust = ({ target, detail: { old } }) => {
  const keep = one("[data-moment]", old)?.dataset.moment;
  const isGone = target.id === "just" && keep !== one("[data-moment]", target)?.dataset.moment;
  if (isGone && one("#undo").getAttribute("action") === undoAddress(keep)) restKeep();
};

const onState = ({ target, detail: { old } }) => {
  const now = target.dataset.state;
  if (target.id !== "state" || old.dataset.state === now) return;
  if (now === "paused" || one("#keep").dataset.shows === "refused") rest();
  if (now === "recording") restKeep(); // what was taken goes on: there is no Undo before its end
};

/* ---- press and hold ---- */

export const press = async () => {
  show("sending", say("sending"));
  const answer = await post("/press");
  onAnswer(answer);
  const goesOn = one("#state").dataset.state === "recording";
  if (goesOn && answer.outcome === "taken") show("words", say("recorded"));
};

// A press that lasts keeps what is said until the finger comes up.
class Hold {
  #beginning = null;
  #renewing = null;

  begin() {
    this.#beginning = setTimeout(() => this.#hold(), HOLD_MS);
  }

  // Gives whether it was a hold.
  end() {
    clearTimeout(this.#beginning);
    if (this.#renewing === null) return false;
    clearInterval(this.#renewing);
    this.#renewing = null;
    post("/hold", { on: "false" });
    return true;
  }

  async #hold() {
    this.#renewing = setInterval(() => post("/hold", { on: "true" }), RENEW_MS);
    const answer = await post("/hold", { on: "true" });
    if (answer.outcome === "refused") clearInterval(this.#renewing);
    onAnswer(answer);
  }
}

const onFinger = (form) => {
  const button = one("button", form);
  const hold = new Hold();
  let held = false; // the click that ends a hold is no press

  const down = () => {
    held = false;
    button.classList.add("down");
    hold.begin();
  };
  const up = () => {
    button.classList.remove("down");
    held = hold.end() || held;
  };
  button.addEventListener("pointerdown", down);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(name, up);
  on("visibilitychange", up);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!held) press();
    held = false;
  });
};

export const keepButton = (form) => {
  onFinger(form);
  on("live-taken", ({ detail }) => onTaken(detail));
  on("live-kept", ({ detail }) => onKept(detail));
  on("live-refused", ({ detail }) => onRefusedThere(detail));
  on("live-taken_back", ({ detail }) => onTakenBack(detail));
  on("part-replaced", onState);
  on("part-replaced", onJust);
  on("parts-fresh", showState);
  on("parts-fresh", showWords);
};

/* ---- undo, beside the button, and redo ---- */

const undoAddress = (keep) => `/moment/${keep}/undo`;

// `way` is `undo`, or `restore` once that was done.
const offerWay = (keep, way) => {
  const form = one("#undo");
  form.action = `/moment/${keep}/${way}`;
  one("button", form).textContent = say(way === "undo" ? "undo" : "redo");
  form.hidden = false;
  clearTimeout(pressed.undoing);
  pressed.undoing = setTimeout(() => (form.hidden = true), UNDO_MS);
};

const onWay = async (form) => {
  const [keep, way] = form.getAttribute("action").split("/").slice(2);
  form.hidden = true;
  pressed.awaited = null;
  if (way === "undo") show("taken", say("taking_back"));
  const answer = await fetch(form.action, { method: "POST" }).catch(() => null);
  if (!answer?.ok) return onRefused(unreached());
  rest();
  announce(say(way === "undo" ? "taken_back" : "brought_back"));
  if (way === "undo") offerWay(keep, "restore");
  refresh();
};

export const undoForm = (form) =>
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onWay(form);
  });
