// How long yet a pause lasts and how long by now a recording: counted on between two looks at
// the machine, and worded as `dashboard/show/status.py` words it.

import { all, on } from "./dom.js";
import { POLL_MS, refreshSoon } from "./parts.js";

const counting = { asked_ms: 0 };

export const left = (seconds) => {
  if (seconds < 60) return `${Math.max(0, Math.ceil(seconds))} s`;
  const whole = Math.ceil(seconds / 60);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  if (!hours) return `${whole} min`;
  return rest ? `${hours} h ${rest} min` : `${hours} h`;
};

export const lasts = (seconds) => {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
};

// By the wall clock of the phone: its script sleeps in a pocket, and the pause does not.
// Gives whether it is over.
const countOn = (place) => {
  place.dataset.since ??= Date.now();
  const seconds = (Date.now() - place.dataset.since) / 1000;
  const left_s = Number(place.dataset.left) - seconds;
  const text = "left" in place.dataset ? left(left_s) : lasts(Number(place.dataset.lasts) + seconds);
  if (place.textContent !== text) place.textContent = text;
  return left_s <= 0;
};

const countAll = () => {
  const over = all(".counts").map(countOn).includes(true);
  if (!over || Date.now() - counting.asked_ms <= POLL_MS) return;
  counting.asked_ms = Date.now();
  refreshSoon();
};

// A part that was fetched and reads the same knows the lengths better than we counted them.
const correct = ({ target, detail: { fresh } }) => {
  const places = all(".counts", fresh);
  all(".counts", target).forEach((place, index) => {
    Object.assign(place.dataset, places[index]?.dataset);
    delete place.dataset.since;
  });
};

export const keepCounting = () => {
  on("part-unchanged", correct);
  setInterval(countAll, 1000);
};
