// A time is shown as the clock read where it was recorded. Its zone is named where this phone's
// clock would mislead: in another zone, and in the hour that comes twice.

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const eastOfUtc = (ms) => -new Date(ms).getTimezoneOffset();

// Minutes east of UTC out of `2026-10-25T02:30:00+02:00`.
const zoneOf = (at) => {
  const found = at.match(/([+-])(\d\d):(\d\d)$/);
  return found ? (found[1] === "-" ? -1 : 1) * (60 * found[2] + Number(found[3])) : 0;
};

const zoneName = (east) => {
  if (east === 0) return "UTC";
  const [hours, minutes] = [Math.floor(Math.abs(east) / 60), Math.abs(east) % 60];
  return `UTC${east > 0 ? "+" : "-"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""}`;
};

// This phone's clock shows the same time twice: the hour that is put back.
const isDoubled = (ms) =>
  [ms - DAY_MS, ms + DAY_MS].some((around) => {
    const other = ms + (eastOfUtc(ms) - eastOfUtc(around)) * MINUTE_MS;
    return other !== ms && eastOfUtc(other) === eastOfUtc(around);
  });

const misleads = (at) => zoneOf(at) !== eastOfUtc(Date.parse(at)) || isDoubled(Date.parse(at));

export const nameZone = (zone) => {
  const at = zone.parentElement.getAttribute("datetime");
  zone.textContent = zoneName(zoneOf(at));
  zone.hidden = !misleads(at);
};
