// What script adds to pages that work without it. Here it begins, and here is where each module's
// work starts; what happens later they let each other know by events (`dom.js`). No library, and no
// build but that the page hands all modules over as one (`dashboard/bundle.py`). Addresses and
// times come out of `data-` attributes.

import { captureForms } from "./capture_forms.js";
import { keepCounting } from "./counts.js";
import { all, one } from "./dom.js";
import { enhance } from "./enhance.js";
import { firstMinute } from "./first_minute.js";
import { keepButton, undoForm } from "./keep_button.js";
import { level } from "./level.js";
import { live } from "./live.js";
import { pairing, waiting } from "./pairing.js";
import { rememberParts } from "./parts.js";
import { searchForm } from "./search.js";

const begin = (selector, work) => {
  const part = one(selector);
  if (part) work(part);
};

rememberParts(document);
enhance(document);
all("form.search").forEach(searchForm);
begin("#press", keepButton);
begin("#undo", undoForm);
begin("#first", firstMinute);
begin("#pair", pairing);
begin("#asked", waiting);
begin(".hand", captureForms);
begin(".hand", keepCounting);
begin("#level", level);
begin("body[data-live]", live);
