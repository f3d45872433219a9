// The live level, drawn as what is in memory: a bar for every 0.3 s. A press
// colours the bars that it keeps, and a pause wipes them together with the memory.

import { on, one } from "./dom.js";
import { say } from "./sentences.js";

const BAR_S = 0.3;
const QUIETEST_DBFS = -52;
const LOUDEST_DBFS = -12;
const MOST_BARS = 400;
const STEP_PX = 5; // from bar to bar
const CALM_MS = 1000; // how often it moves for who wants little motion
const ON_DISK = ["keeping", "continuing", "recording"];

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const drawing = {
  bars: [], // {levels, height, kept}, oldest first
  began_s: 0, // the last bar
  keeping: false,
  drawn_ms: -CALM_MS,
};

const heightOf = (levels) => {
  const mean = levels.reduce((sum, dbfs) => sum + dbfs, 0) / levels.length;
  return Math.max(0, Math.min(1, (mean - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)));
};

const addLevel = (dbfs) => {
  const now_s = performance.now() / 1000;
  const { bars } = drawing;
  if (!bars.length || now_s - drawing.began_s >= BAR_S) {
    drawing.began_s = now_s;
    bars.push({ levels: [], height: 0, kept: drawing.keeping });
    if (bars.length > MOST_BARS) bars.shift();
  }
  const last = bars.at(-1);
  last.levels.push(dbfs);
  last.height = heightOf(last.levels);
};

const showMemory = (ring_s) => {
  const isOnDisk = ON_DISK.includes(one("#state").dataset.state);
  const sentence = say(isOnDisk ? "memory" : "memory_only", { seconds: Math.round(ring_s) });
  one("#memory").textContent = ring_s < 1 ? "" : sentence;
};

// Of a press: the bars before it, and those until it closes.
const markKept = (seconds) => {
  const count = Math.max(1, Math.round(seconds / BAR_S));
  for (const bar of drawing.bars.slice(-count)) bar.kept = true;
  draw();
};

const forgetBars = () => {
  drawing.bars.length = 0;
  drawing.drawn_ms = -CALM_MS;
  draw();
};

const draw = () => {
  const canvas = one("#level canvas");
  if (!canvas || !canvas.clientWidth) return;
  if (calm.matches && performance.now() - drawing.drawn_ms < CALM_MS) return;
  drawing.drawn_ms = performance.now();
  const pen = cleared(canvas);
  const ink = getComputedStyle(canvas);
  const count = Math.floor(canvas.clientWidth / STEP_PX);
  const shown = drawing.bars.slice(-count);
  for (let place = 0; place < count; place++) {
    const bar = shown[place - (count - shown.length)];
    pen.fillStyle = bar?.kept ? ink.accentColor : ink.color;
    pen.globalAlpha = (bar?.kept ? 1 : bar ? 0.75 : 0.3) * Math.min(1, (place + 2) / (count / 4));
    drawBar(pen, place * STEP_PX + 1, bar?.height ?? 0, canvas.clientHeight);
  }
};

// A pen on an empty canvas, as fine as the screen.
const cleared = (canvas) => {
  const scale = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
};

const drawBar = (pen, x, loudness, height) => {
  const tall = 3 + loudness * (height - 6);
  pen.beginPath();
  pen.roundRect(x, (height - tall) / 2, 3, tall, 1.5);
  pen.fill();
};

const onLevel = ({ detail }) => {
  addLevel(detail.dbfs);
  showMemory(detail.ring_s);
  draw();
};

const onClosed = ({ detail }) => {
  drawing.keeping = false;
  markKept(detail.seconds);
};

const onState = ({ target, detail: { old } }) => {
  const isPaused = target.id === "state" && target.dataset.state === "paused";
  if (isPaused && old.dataset.state !== "paused") forgetBars();
};

export const level = (place) => {
  place.hidden = false;
  draw();
  on("live-level", onLevel);
  on("press-taken", () => (drawing.keeping = true));
  on("press-refused", () => (drawing.keeping = false));
  on("live-kept", ({ detail }) => markKept(detail.seconds));
  on("live-closed", onClosed);
  on("part-replaced", onState);
};
