// What script adds to any piece of a page, when it loads and when it is put in later: players,
// and the names of zones.

import { all } from "./dom.js";
import { player } from "./player.js";
import { nameZone } from "./zones.js";

export const enhance = (within) => {
  all(".player", within).forEach(player);
  all(".zone", within).forEach(nameZone);
};
