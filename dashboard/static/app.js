// What script adds to pages that work without it: live events, the button's answer, results
// as one types, words that light up as they sound. Small functions, no library. Addresses and
// times come out of `data-` attributes.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const calmly = matchMedia("(prefers-reduced-motion: reduce)");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

const element = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content;
};

const announce = (sentence) => {
  one("#announce").textContent = sentence;
};

/* ---- the page keeps itself up to date ------------------------------------------------ */

const POLL_MS = 5000;
const TOGETHER_MS = 120;
// After these the page reads differently: it fetches its parts anew.
const CHANGES = ["state", "moment", "day", "gap", "recording", "brought_back"];

// Replaces each part that reads differently now. What plays or is being pressed stays.
const takeIn = (html) => {
  const fresh = element(html);
  for (const part of all("[data-part]", fresh)) {
    const old = document.getElementById(part.id);
    if (!old) continue;
    if (part.id === "state") one("#memory").textContent = part.dataset.memory;
    if (old.dataset.version === part.dataset.version) {
      setCounts(old, part);
      continue;
    }
    if (one(".playing", old)) continue;
    const hadFocus = old.contains(document.activeElement);
    old.replaceWith(part);
    enhance(part);
    if (hadFocus) (one("a, button, summary", part) ?? one("#keep"))?.focus();
    if (part.id === "just") one(".just", part)?.classList.add("new");
    if (part.id === "state") onState(old, part);
  }
};

const onState = (old, state) => {
  const sentence = one("#sentence", state).textContent;
  if (one("#sentence", old).textContent !== sentence) announce(sentence);
  const [before, now] = [old.dataset.state, state.dataset.state];
  if (before === now) return;
  if (now === "paused") forgetBars();
  if (now === "paused" || one("#keep").dataset.shows === "refused") rest();
  if (now === "recording") restKeep(); // what was taken goes on: there is no Undo before its end
};

const refresh = async () => {
  try {
    const answer = await fetch("/now", { headers: { Accept: "text/html" } });
    if (answer.ok) takeIn(await answer.text());
    else throw new Error(answer.status);
  } catch {
    if (one("#sentence")) one("#sentence").textContent = "This page has lost its machine. It looks again.";
    if (one("#state")) one("#state").dataset.version = "lost";
    one("#state")?.removeAttribute("data-can-press");
  }
  showKeep();
  tellWords();
};

let refreshing = null;
const refreshSoon = () => {
  refreshing ??= wait(TOGETHER_MS).then(() => {
    refreshing = null;
    return refresh();
  });
  return refreshing;
};

// One stream while the page is seen. A hidden page closes it and comes back with its mark;
// one that is told `bye` (too many watch) asks every few seconds instead.
const live = (place) => {
  let stream = null;
  let poll = null;
  let mark = place.dataset.mark;

  const asks = () => {
    poll ??= setInterval(refresh, POLL_MS);
  };
  const leave = () => {
    stream?.close();
    clearInterval(poll);
    stream = poll = null;
  };
  const watch = () => {
    if (stream || poll || document.hidden) return;
    stream = new EventSource(`${place.dataset.live}?after=${mark}`);
    const on = (name, act) =>
      stream.addEventListener(name, (event) => {
        if (event.lastEventId) mark = event.lastEventId;
        act(JSON.parse(event.data));
      });
    on("hello", () => clearInterval(poll));
    on("level", onLevel);
    for (const name of CHANGES) on(name, refreshSoon);
    on("taken", onTaken);
    on("kept", onKept);
    on("closed", onClosed);
    on("refused", onRefused);
    on("taken_back", onTakenBack);
    on("bye", () => {
      leave();
      asks();
    });
    stream.onerror = () => {
      if (stream?.readyState === EventSource.CLOSED) {
        leave();
        asks();
      }
      refresh();
    };
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : watch()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", watch);
  watch();
};

/* ---- the level: the memory itself, a bar for each half second ------------------------ */

const BAR_S = 0.3;
const QUIETEST_DBFS = -52;
const LOUDEST_DBFS = -12;
const MOST_BARS = 400;
const KEEPS = ["keeping", "continuing", "recording"];
const bars = []; // {levels, height, kept}, oldest first
let barBegan_s = 0;

const heightOf = (levels) => {
  const mean = levels.reduce((sum, dbfs) => sum + dbfs, 0) / levels.length;
  return Math.max(0, Math.min(1, (mean - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)));
};

const onLevel = (event) => {
  const now_s = performance.now() / 1000;
  if (!bars.length || now_s - barBegan_s >= BAR_S) {
    barBegan_s = now_s;
    bars.push({ levels: [], height: 0, kept: keeping });
    if (bars.length > MOST_BARS) bars.shift();
  }
  const last = bars.at(-1);
  last.levels.push(event.dbfs);
  last.height = heightOf(last.levels);
  const on_disk = KEEPS.includes(one("#state").dataset.state);
  const held = `The last ${Math.round(event.ring_s)} s are in memory${on_disk ? "" : " and nowhere else"}.`;
  one("#memory").textContent = event.ring_s < 1 ? "" : held;
  draw();
  firstMinuteHears(event);
};

// What a press kept takes the colour: the bars before it, and those until it closes.
let keeping = false;
const markKept = (seconds) => {
  for (const bar of bars.slice(-Math.max(1, Math.round(seconds / BAR_S)))) bar.kept = true;
  draw();
};

// A pause wiped the memory, and so it does what is drawn of it.
const forgetBars = () => {
  bars.length = 0;
  drawn_ms = -1000;
  draw();
};

let drawn_ms = -1000;
const draw = () => {
  const canvas = one("#level canvas");
  if (!canvas || !canvas.clientWidth) return;
  if (calmly.matches && performance.now() - drawn_ms < 1000) return;
  drawn_ms = performance.now();
  const scale = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const ink = getComputedStyle(canvas);
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const step = 5;
  const count = Math.floor(width / step);
  const shown = bars.slice(-count);
  for (let place = 0; place < count; place++) {
    const bar = shown[place - (count - shown.length)];
    const tall = bar ? 3 + bar.height * (height - 6) : 3;
    pen.fillStyle = bar?.kept ? ink.accentColor : ink.color;
    pen.globalAlpha = (bar?.kept ? 1 : bar ? 0.75 : 0.3) * Math.min(1, (place + 2) / (count / 4));
    pen.beginPath();
    pen.roundRect(place * step + 1, (height - tall) / 2, 3, tall, 1.5);
    pen.fill();
  }
};

/* ---- the button ---------------------------------------------------------------------- */

const HOLD_MS = 600;
const RENEW_MS = 1000;
const SHOWN_MS = { taken: 20000, kept: 60000, words: 7000, refused: 12000 };

const SEEN_MS = 250; // kept may come 50 ms after taken; the eye should have both

let taken_ms = 0;
let lastPress = null;
let current = null; // the keep whose words are awaited, and its revision
let shownUntil = null;

const post = async (address, fields = {}) => {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
    });
    return await answer.json();
  } catch {
    return { outcome: "refused", sentence: "Nothing was kept: this page has lost its machine.", advice: "" };
  }
};

// The button itself says what became of the press; it can be pressed again at any time.
const show = (kind, text) => {
  const button = one("#keep");
  if (!button) return;
  button.dataset.shows = kind;
  one("span", button).textContent = text;
  clearTimeout(shownUntil);
  one("#refusal").hidden = kind !== "refused";
  if (kind === "rest") return;
  shownUntil = setTimeout(rest, SHOWN_MS[kind]);
  if (kind !== "refused") announce(text);
};

const label = () => one("#state")?.dataset.label ?? "Keep that";
const rest = () => show("rest", label());

// The button is as if nothing had been pressed.
const restKeep = () => {
  current = null;
  one("#undo").hidden = true;
  rest();
};

const onTaken = (event) => {
  const press = `${event.keep}.${event.revision}`;
  if (press === lastPress) return; // told twice: by the answer, and by the stream
  lastPress = press;
  current = { keep: event.keep, revision: event.revision };
  keeping = true;
  taken_ms = performance.now();
  show("taken", "Taken");
  offerUndo(event.keep);
  tellFirstMinute("pressed");
};

const onKept = (event) => {
  markKept(event.seconds);
  const seen_ms = performance.now() - taken_ms;
  setTimeout(() => current?.keep === event.keep && show("kept", "Kept"), Math.max(0, SEEN_MS - seen_ms));
};

const onClosed = (event) => {
  keeping = false;
  markKept(event.seconds);
};

const onRefused = (event) => {
  keeping = false;
  const [place, why] = [one("#refusal"), document.createElement("strong")];
  why.textContent = event.sentence;
  place.replaceChildren(why, ` ${event.advice}`);
  announce(place.textContent);
  show("refused", label());
  tellFirstMinute("refused");
};

const onTakenBack = (event) => {
  if (one("#undo").getAttribute("action") === undoOf(event.keep)) restKeep();
  refreshSoon();
};

const onPressed = (told) => {
  if (told.outcome === "taken") onTaken({ event: "taken", ...told });
  if (told.outcome === "refused") onRefused(told);
};

const undoOf = (keep) => `/moment/${keep}/undo`;

const offerUndo = (keep) => {
  const form = one("#undo");
  form.action = undoOf(keep);
  form.hidden = false;
  clearTimeout(offerUndo.until);
  offerUndo.until = setTimeout(() => (form.hidden = true), 20000);
};

// Once its words are there, the button shows the first of them.
const tellWords = () => {
  const card = one("#just [data-moment]");
  if (!card || card.dataset.moment !== current?.keep) return;
  if (Number(card.dataset.revision) < current.revision) return;
  const first = card.dataset.first;
  if (!first && !card.dataset.standing.startsWith("No words")) return;
  current = null;
  show("words", first || card.dataset.standing);
  tellFirstMinute("words");
};

// Capture may come and go: the button says so before it is pressed in vain.
const showKeep = () => {
  const button = one("#keep");
  if (!button) return;
  const state = one("#state");
  button.toggleAttribute("data-off", !state.hasAttribute("data-can-press"));
  const silent = ["paused", "fault", "absent"].includes(state.dataset.state);
  if (one("#first")) one("#first").hidden = silent; // it says that it listens
  if ((button.dataset.shows ?? "rest") === "rest") one("span", button).textContent = label();
};

const press = async () => {
  const told = await post("/press");
  onPressed(told);
  const goes_on = one("#state")?.dataset.state === "recording";
  if (goes_on && told.outcome === "taken") show("words", "It is being recorded: all of it is kept.");
};

const keepButton = (form) => {
  const button = one("button", form);
  let timer = null;
  let renewing = null;
  let held = false; // the click that ends a hold is no press

  const hold = async () => {
    renewing = setInterval(() => post("/hold", { on: "true" }), RENEW_MS);
    const told = await post("/hold", { on: "true" });
    if (told.outcome === "refused") clearInterval(renewing);
    onPressed(told);
  };
  const down = () => {
    held = false;
    button.classList.add("down");
    timer = setTimeout(hold, HOLD_MS);
  };
  const up = () => {
    button.classList.remove("down");
    clearTimeout(timer);
    if (renewing === null) return;
    clearInterval(renewing);
    renewing = null;
    post("/hold", { on: "false" });
    held = true;
  };
  button.addEventListener("pointerdown", down);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(name, up);
  document.addEventListener("visibilitychange", up);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!held) press();
    held = false;
  });
};

const undoForm = (form) =>
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.hidden = true;
    current = null;
    show("taken", "Taking back");
    await fetch(form.action, { method: "POST" });
    rest();
    announce("Taken back.");
    refresh();
  });

/* ---- pause, record, bring back --------------------------------------------------------- */

// Their forms come and go with the state, so the page listens for all of them.
const onAct = async (event) => {
  const form = event.target;
  if (!form.matches(".acts-on")) return;
  event.preventDefault();
  const button = event.submitter;
  const fields = Object.fromEntries(new FormData(form));
  if (button?.name) fields[button.name] = button.value;
  const told = await post(new URL(form.action).pathname, fields);
  one(".modes")?.removeAttribute("open");
  if (told.outcome === "refused") onRefused(told);
  refreshSoon();
};

// The sheet goes when the finger or the keyboard goes elsewhere.
const closeSheet = (event) => {
  const sheet = one(".modes[open]");
  if (!sheet || (event.type === "click" && sheet.contains(event.target))) return;
  if (event.type === "keydown" && event.key !== "Escape") return;
  const hadFocus = sheet.contains(document.activeElement);
  sheet.open = false;
  if (hadFocus) one("summary", sheet).focus();
};

// How long yet, and how long by now, as dashboard/show/status.py words them.
export const left = (seconds) => {
  if (seconds < 60) return `${Math.max(0, Math.ceil(seconds))} s`;
  const whole = Math.ceil(seconds / 60);
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  if (!hours) return `${whole} min`;
  return rest ? `${hours} h ${rest} min` : `${hours} h`;
};
export const lasts = (seconds) => {
  const whole = Math.floor(seconds);
  const [hours, two] = [Math.floor(whole / 3600), (number) => String(number).padStart(2, "0")];
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
};

// By the wall clock of the phone: its script sleeps in a pocket, and the pause does not.
const count = () => {
  let over = false;
  for (const place of all(".counts")) {
    place.dataset.since ??= Date.now();
    const seconds = (Date.now() - place.dataset.since) / 1000;
    const left_s = Number(place.dataset.left) - seconds;
    const text = "left" in place.dataset ? left(left_s) : lasts(Number(place.dataset.lasts) + seconds);
    if (place.textContent !== text) place.textContent = text;
    over ||= left_s <= 0;
  }
  if (over && Date.now() - count.asked_ms > POLL_MS) {
    count.asked_ms = Date.now();
    refreshSoon();
  }
};
count.asked_ms = 0;

const setCounts = (old, fresh) => {
  const places = all(".counts", fresh);
  all(".counts", old).forEach((place, index) => {
    Object.assign(place.dataset, places[index]?.dataset);
    delete place.dataset.since;
  });
};

/* ---- zones ----------------------------------------------------------------------------- */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const eastOfUtc = (ms) => -new Date(ms).getTimezoneOffset();

// Minutes east of UTC out of `2026-10-25T02:30:00+02:00`.
export const zoneOf = (at) => {
  const found = at.match(/([+-])(\d\d):(\d\d)$/);
  return found ? (found[1] === "-" ? -1 : 1) * (60 * found[2] + Number(found[3])) : 0;
};
export const zoneName = (east) => {
  if (east === 0) return "UTC";
  const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.abs(east) % 60];
  return `UTC${east > 0 ? "+" : "-"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}`;
};
// Whether this phone's clock shows the same time twice: the hour that is put back.
const isDoubled = (ms) =>
  [ms - DAY_MS, ms + DAY_MS].some((around) => {
    const other = ms + (eastOfUtc(ms) - eastOfUtc(around)) * MINUTE_MS;
    return other !== ms && eastOfUtc(other) === eastOfUtc(around);
  });
export const misleads = (at) => zoneOf(at) !== eastOfUtc(Date.parse(at)) || isDoubled(Date.parse(at));

// A time is that of where it was recorded; the zone is named where this phone's is another.
const nameZone = (zone) => {
  const at = zone.parentElement.getAttribute("datetime");
  zone.textContent = zoneName(zoneOf(at));
  zone.hidden = !misleads(at);
};

/* ---- search as one types -------------------------------------------------------------- */

const TYPING_MS = 180;
const AGAIN_MS = 1500;
const AGAIN_TIMES = 5;

const searchForm = (form) => {
  const results = one("#results");
  const box = one("input", form);
  if (!results) return;
  let asked = 0;
  let timer = null;

  const look = async (times = 0) => {
    const number = ++asked;
    const query = box.value.trim();
    const calm = one("#calm");
    if (calm) calm.hidden = query !== "";
    results.hidden = query === "" && calm !== null;
    if (query === "") return void results.replaceChildren();
    const answer = await fetch(`/search?part=1&q=${encodeURIComponent(query)}`);
    if (number !== asked || !answer.ok) return;
    results.replaceChildren(element(await answer.text()));
    enhance(results);
    announce(`${all(".hit", results).length} found`);
    if (calm) scrollTo({ top: 0 });
    // The embedder may have been asleep, or busy: it wakes of the first question.
    if (one("[data-alone]", results) && times < AGAIN_TIMES)
      timer = setTimeout(() => look(times + 1), AGAIN_MS);
    else if (query === one("[data-query]")?.dataset.query) tellFirstMinute("asked");
  };
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    box.blur();
    if (!one("#calm")) history.replaceState(null, "", `/search?q=${encodeURIComponent(box.value)}`);
    look();
  });
  if (one("#calm") && box.value.trim()) look(); // the browser gave back what was typed
};

/* ---- sound, and words that light up --------------------------------------------------- */

const LINGER_MS = 150;
const PLAY =
  '<button type="button" class="play" aria-label="Play">' +
  '<svg class="go" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4.5v15l13-7.5z"/></svg>' +
  '<svg class="stop" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg></button>' +
  '<input class="seek" type="range" min="0" max="1000" value="0" step="1" aria-label="Where in the sound">' +
  '<span class="clock" aria-hidden="true"></span>';

// The word that sounds at `ms`: the last begun, while it lasts and a breath longer; -1 for none.
export const wordAt = (times, ms) => {
  const place = times.findLastIndex(([start]) => start <= ms);
  return place >= 0 && ms <= times[place][1] + LINGER_MS ? place : -1;
};

const minutes = (seconds) => {
  const whole = Math.floor(seconds || 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

let sounding = null;

const player = (box) => {
  const audio = one("audio", box);
  const whole = box.parentElement;
  const words = all(`[data-words="${box.dataset.for}"] .w[data-s]`, whole);
  const times = words.map((word) => [Number(word.dataset.s), Number(word.dataset.e)]);
  audio.hidden = true;
  audio.removeAttribute("src");
  box.append(element(PLAY));
  const [button, seek, clock] = [one(".play", box), one(".seek", box), one(".clock", box)];
  whole.classList.add("can-play");
  let loading = null;
  const tell = () => {
    clock.textContent = `${minutes(audio.currentTime)} / ${minutes(box.dataset.ms / 1000)}`;
  };
  tell();

  // Fetched whole and played from memory: a phone that only accepted our certificate
  // refuses to stream, and a seek is then at once.
  const load = () => (loading ??= fetch(box.dataset.sound).then(async (answer) => {
    if (!answer.ok) throw new Error(answer.status);
    audio.src = URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: "audio/mp4" }));
  }));
  const light = () => {
    const ms = audio.currentTime * 1000;
    const place = wordAt(times, ms);
    words.forEach((word, index) => {
      word.classList.toggle("lit", index === place);
      word.classList.toggle("past", times[index][0] <= ms);
    });
    if (audio.duration) seek.value = (1000 * audio.currentTime) / audio.duration;
    seek.setAttribute("aria-valuetext", minutes(audio.currentTime));
    tell();
    if (audio.currentTime > last_s + LINGER_MS / 1000) audio.pause();
    if (!audio.paused) requestAnimationFrame(light);
  };
  const [first_s, last_s] = [Number(box.dataset.from) / 1000, Number(box.dataset.until) / 1000 || Infinity];
  const play = async (from_s = null) => {
    try {
      await load();
      if (from_s !== null) audio.currentTime = from_s;
      else if (audio.currentTime < first_s || audio.currentTime >= last_s) audio.currentTime = first_s;
      if (sounding !== audio) sounding?.pause();
      sounding = audio;
      await audio.play();
    } catch {
      loading = null;
      clock.textContent = "No sound";
    }
  };
  audio.addEventListener("play", () => {
    whole.classList.add("playing");
    button.setAttribute("aria-label", "Pause");
    light();
  });
  for (const name of ["pause", "ended"])
    audio.addEventListener(name, () => {
      whole.classList.remove("playing");
      button.setAttribute("aria-label", "Play");
    });
  audio.addEventListener("ended", () => {
    words.forEach((word) => word.classList.remove("lit", "past"));
    tellFirstMinute("played");
  });
  button.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  seek.addEventListener("input", async () => {
    await load();
    if (audio.duration) audio.currentTime = (seek.value / 1000) * audio.duration;
    light();
  });
  words.forEach((word) => word.addEventListener("click", () => play(Number(word.dataset.s) / 1000)));
  box.play = play;
};

/* ---- the first minute ----------------------------------------------------------------- */

// Which step follows which: the newcomer presses, and only sound and time move the rest.
export const STEPS = {
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

export const nextStep = (kind, step, told) => STEPS[kind]?.[step]?.[told] ?? step;

const PAUSE_S = 0.6;
const ENOUGH_S = 25; // "half a minute" to somebody who talks

// What a level says to the first minute, given what was heard before it. Pure: `at_s` counts
// from its beginning, and nothing before `worth_s` is worth a press.
export const hears = (heard, speaking, at_s, worth_s) => {
  const began_s = heard.began_s ?? (speaking ? at_s : null);
  const quiet_s = speaking ? null : (heard.quiet_s ?? at_s);
  const told = [];
  if (began_s !== null) told.push("speech");
  if (quiet_s !== null && at_s - quiet_s >= PAUSE_S && at_s >= worth_s) told.push("sentence");
  if (began_s !== null && at_s - began_s >= ENOUGH_S) told.push("enough");
  return [{ began_s, quiet_s }, told];
};

const NOTHING_HEARD = { began_s: null, quiet_s: null };
let heard = NOTHING_HEARD;
let heardSince_ms = performance.now();
let scene = null;
let idle = null;

const firstMinuteHears = (event) => {
  const strip = one("#first");
  if (!strip || strip.dataset.step === "offer") return;
  const at_s = (performance.now() - heardSince_ms) / 1000;
  const [now, told] = hears(heard, event.speaking, at_s, Number(strip.dataset.worth));
  heard = now;
  told.forEach(tellFirstMinute);
};

const tellFirstMinute = (told) => {
  const strip = one("#first");
  if (!strip) return;
  const before = strip.dataset.step;
  const step = nextStep(strip.dataset.kind, before, told);
  if (step === before) return;
  showStep(strip, step);
  ON_STEP[step]?.(strip);
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

const ON_STEP = {
  press: (strip) => {
    if (strip.dataset.kind !== "demo") return;
    clearTimeout(idle);
    idle = setTimeout(() => strip.dataset.step === "press" && press(), Number(strip.dataset.idleMs));
  },
  heard: (strip) => {
    if (strip.dataset.kind !== "demo") return;
    scene?.pause();
    const card = one("#just [data-moment]");
    strip.dataset.moment = card.dataset.moment;
    one(".player", card)?.play?.(0);
  },
  opposite: async (strip) => {
    sounding?.pause();
    const answer = await fetch(`/demo/opposite/${strip.dataset.moment}`);
    if (answer.status !== 200) return tellFirstMinute("none");
    const place = one("#opposite");
    place.replaceChildren(element(await answer.text()));
    enhance(place);
  },
  ask: () => sounding?.pause(),
};

const firstMinute = (strip) => {
  showStep(strip, Object.keys(STEPS[strip.dataset.kind])[0]);
  const listen = one("#listen", strip);
  if (listen) {
    // At hand before the tap, so that ear and microphone begin together.
    const sound = fetch(listen.dataset.scene).then((answer) => answer.blob());
    listen.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      scene = new Audio(URL.createObjectURL(await sound));
      heard = NOTHING_HEARD;
      heardSince_ms = performance.now();
      fetch(listen.form.action, { method: "POST" });
      scene.play().catch(() => announce("This browser plays no sound."));
      tellFirstMinute("listen");
    });
  }
  for (const button of all("[data-tells]", strip))
    button.addEventListener("click", () => tellFirstMinute(button.dataset.tells));
  one("[data-query]", strip)?.addEventListener("click", (event) => {
    event.preventDefault();
    const box = one("#q");
    box.value = event.currentTarget.dataset.query;
    box.dispatchEvent(new Event("input"));
  });
  one(".dismiss", strip).addEventListener("submit", async (event) => {
    event.preventDefault();
    scene?.pause();
    strip.hidden = true;
    await fetch(event.target.action, { method: "POST", redirect: "manual", keepalive: true });
    strip.remove();
  });
};

/* ---- begin ---------------------------------------------------------------------------- */

const enhance = (within) => {
  all(".player", within).forEach(player);
  all(".zone", within).forEach(nameZone);
};

const begin = () => {
  enhance(document);
  all("form.search").forEach(searchForm);
  if (one("#press")) keepButton(one("#press"));
  if (one("#undo")) undoForm(one("#undo"));
  if (one("#first")) firstMinute(one("#first"));
  if (one(".hand")) {
    document.addEventListener("submit", onAct);
    for (const name of ["click", "keydown"]) document.addEventListener(name, closeSheet);
    setInterval(count, 1000);
  }
  const level = one("#level");
  if (level) {
    level.hidden = false;
    draw();
    live(level);
  }
};

begin();
