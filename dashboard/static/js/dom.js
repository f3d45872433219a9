// Finding parts of the page and making them, the sentence that is read aloud, and the events by
// which one module lets the others know what happened, without knowing who they are.

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

export const element = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content;
};

// For who hears the page instead of seeing it.
export const announce = (sentence) => {
  one("#announce").textContent = sentence;
};

export const send = (name, detail = {}, from = document) =>
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));

export const on = (name, act) => document.addEventListener(name, act);
