"""What the page shows of moments, hits and days. Pure: templates put it into HTML, no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from core.clock import as_datetime
from core.moment import Transcript, Word
from pipeline.search.engine import Found, Hit
from pipeline.store.views.moments import MomentRow

BREATH_MS = 1_500
"""A pause this long begins a new line: the ear takes it for a full stop and a look around."""

LINES_OF_A_DAY = 3
"""Of an earlier day the home page shows so many; it must get calmer, not fuller."""

FIRST_HOUR = 6
"""The strip begins here, unless something was said earlier."""

FIRST_WORDS = 56
"""Characters: two lines on the button of a small phone."""

_STANDING = {
    "awaited": "Its words are on their way.",
    "no_words": "No words, only its sound.",
    "failed": "Its words could not be made out. Its sound is kept.",
}
_WHY = {
    "file": "from a file",
    "typed": "typed",
    "imported": "imported",
    "selected": "kept by itself",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """The time as the reader of the page has it: now, and minutes east of UTC."""

    now_ms: int
    utc_offset_min: int

    @property
    def now(self) -> datetime:
        return as_datetime(self.now_ms, self.utc_offset_min)

    def midnight_ms(self, day: date) -> int:
        """When that day began here."""
        return round(
            datetime(day.year, day.month, day.day, tzinfo=self.now.tzinfo).timestamp() * 1000
        )


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word, its times in the sound, and whether it was heard with doubt."""

    text: str
    start_ms: int | None
    end_ms: int | None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A moment in a list. `why` is empty for a press: that needs no reason."""

    id: str
    at: str
    time: str
    text: str
    standing: str
    why: str
    duration_ms: int
    speaker: str
    has_sound: bool
    is_hidden: bool
    revision: int

    @property
    def length(self) -> str:
        """How long it sounds: `9 s`, `1 min 05 s`; empty for what was typed."""
        minutes, seconds = divmod(round(self.duration_ms / 1000), 60)
        if minutes:
            return f"{minutes} min {seconds:02d} s"
        return f"{seconds} s" if self.duration_ms else ""

    def facts(self, why: bool) -> str:  # noqa: FBT001 - templates call it
        """What else is known of it, on one line; why it was kept only where there is room."""
        return " · ".join(filter(None, (self.length, self.speaker, self.why if why else "")))

    @property
    def version(self) -> str:
        """Differs wherever the card would look different."""
        return f"{self.id}.{self.revision}/{self.standing}/{len(self.text)}/{self.is_hidden:d}"


@dataclass(frozen=True, slots=True)
class Page:
    """A moment in full: its card, its day in words, and its words line by line.

    The sound is played from `from_ms` to `until_ms`, None for its end.
    """

    card: Card
    day: str
    day_href: str
    lines: tuple[tuple[ShownWord, ...], ...]
    from_ms: int = 0
    until_ms: int | None = None

    @property
    def has_doubt(self) -> bool:
        return any(word.doubtful for line in self.lines for word in line)

    def only(self, sentence: tuple[ShownWord, ...]) -> "Page":
        """The same moment, of which only this sentence is shown and played."""
        return replace(
            self,
            lines=(sentence,),
            from_ms=sentence[0].start_ms or 0,
            until_ms=sentence[-1].end_ms,
        )

    @property
    def first_words(self) -> str:
        """The beginning of the text, cut between words, for the button."""
        text = self.card.text
        if len(text) <= FIRST_WORDS:
            return text
        return text[:FIRST_WORDS].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the strip of its day; `x` in per cent."""

    id: str
    x: float
    time: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The day from left to right: moments, hours, and where it is now."""

    marks: tuple[Mark, ...]
    hours: tuple[tuple[float, str], ...]
    now_x: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """The moments of one day, newest first. `more` are left out of `cards`."""

    title: str
    date: str
    cards: tuple[Card, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A moment that was found, its best passage, and why."""

    id: str
    when: str
    at: str
    text: str
    speaker: str
    why: str
    alike: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. `note` says what must be known of it, empty where nothing must."""

    query: str
    hits: tuple[ShownHit, ...]
    note: str
    by_words_alone: bool


def card(row: MomentRow) -> Card:
    at = None if row.at_ms is None else as_datetime(row.at_ms, row.utc_offset_min)
    return Card(
        id=row.id,
        at="" if at is None else at.isoformat(timespec="seconds"),
        time="--:--" if at is None else f"{at:%H:%M}",
        text=row.text,
        standing="" if row.text else _STANDING.get(row.words, ""),
        why=_WHY.get(row.how, ""),
        duration_ms=row.duration_ms or 0,
        speaker=row.speaker or "",
        has_sound=row.sound is not None,
        is_hidden=row.state == "hidden",
        revision=row.revision,
    )


def page(row: MomentRow, transcript: Transcript | None, clock: Clock) -> Page:
    at = None if row.at_ms is None else as_datetime(row.at_ms, row.utc_offset_min)
    return Page(
        card=card(row),
        day="Time not known" if at is None else day_title(at.date(), clock.now.date()),
        day_href="" if at is None else f"{at:%Y-%m-%d}",
        lines=_lines(row.text, transcript),
    )


def _lines(text: str, transcript: Transcript | None) -> tuple[tuple[ShownWord, ...], ...]:
    if transcript is not None and transcript.words:
        return tuple(_heard_lines(transcript.words))
    return tuple((ShownWord(line, None, None),) for line in text.splitlines() if line.strip())


def _heard_lines(words: Sequence[Word]) -> Iterable[tuple[ShownWord, ...]]:
    line: list[ShownWord] = []
    before: Word | None = None
    for word in words:
        if before is not None and word.start_ms - before.end_ms > BREATH_MS:
            yield tuple(line)
            line = []
        line.append(ShownWord(word.word.strip(), word.start_ms, word.end_ms, word.doubtful))
        before = word
    yield tuple(line)


def day_title(day: date, today: date) -> str:
    """`Today`, `Yesterday`, `Tuesday`, `Tuesday 3 November`, and the year where it is another."""
    ago = (today - day).days
    if ago in (0, 1):
        return ("Today", "Yesterday")[ago]
    if 1 < ago < 7:  # noqa: PLR2004 - a week has seven days
        return f"{day:%A}"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%A} {day.day} {day:%B}{year}"


def days(rows: Iterable[MomentRow], clock: Clock, *, most: int | None = None) -> tuple[Day, ...]:
    """Moments by their day, newest first, at most `most` a day; those without a time are out."""
    timed = sorted((row for row in rows if row.at_ms is not None), key=_at_ms, reverse=True)
    today = clock.now.date()
    found = []
    for day, group in groupby(timed, key=lambda row: _day_of(row, clock)):
        cards = [card(row) for row in group]
        shown = cards[:most]
        found.append(Day(day_title(day, today), f"{day}", tuple(shown), len(cards) - len(shown)))
    return tuple(found)


def strip(rows: Iterable[MomentRow], day: date, clock: Clock) -> Strip:
    """The moments of one day, placed by their time."""
    timed = [row for row in rows if row.at_ms is not None and _day_of(row, clock) == day]
    midnight_ms = clock.midnight_ms(day)
    hours = [(_at_ms(row) - midnight_ms) / 3_600_000 for row in timed]
    first = min([FIRST_HOUR, *(int(hour) for hour in hours)])

    def x(hour: float) -> float:
        return round(2 + 96 * (hour - first) / (24 - first), 2)

    now_hour = (clock.now_ms - midnight_ms) / 3_600_000
    marks = zip(timed, hours, strict=True)
    return Strip(
        marks=tuple(Mark(row.id, x(hour), card(row).time) for row, hour in marks),
        hours=tuple((x(hour), str(hour)) for hour in (6, 12, 18) if hour >= first),
        now_x=x(now_hour) if 0 <= now_hour < 24 and now_hour >= first else None,  # noqa: PLR2004
    )


def results(found: Found, clock: Clock) -> Results:
    hits = tuple(_hit(hit, clock) for hit in found.hits)
    return Results(found.query, hits, _note(found), found.by_words_alone)


def _note(found: Found) -> str:
    if not found.query.strip():
        return ""
    alone = "Searched by words alone: the worker that knows meanings is busy or not running."
    if not found.hits:
        nothing = "Nothing is found. Try other words."
        return f"{nothing} {alone}" if found.by_words_alone else nothing
    nearest = "Nothing is close to this. These are the nearest."
    notes = [(found.nothing_close, nearest), (found.by_words_alone, alone)]
    return " ".join(sentence for holds, sentence in notes if holds)


def _hit(hit: Hit, clock: Clock) -> ShownHit:
    when = "time not known"
    if hit.at is not None:
        when = f"{day_title(hit.at.date(), clock.now.date())}, {hit.at:%H:%M}"
    return ShownHit(
        id=hit.moment,
        when=when,
        at="" if hit.at is None else hit.at.isoformat(timespec="seconds"),
        text=hit.text,
        speaker=hit.speaker or "",
        why="; ".join(hit.why),
        alike=len(hit.also),
    )


def ago(then_ms: int, clock: Clock) -> str:
    """`12 days ago`, counted in nights, as people do."""
    then = as_datetime(then_ms, clock.utc_offset_min).date()
    nights = (clock.now.date() - then) // timedelta(days=1)
    return {0: "Earlier today", 1: "Yesterday"}.get(nights, f"{nights} days ago")


def _at_ms(row: MomentRow) -> int:
    assert row.at_ms is not None
    return row.at_ms


def _day_of(row: MomentRow, clock: Clock) -> date:
    """The day it was to the wearer then and there."""
    offset = clock.utc_offset_min if row.utc_offset_min is None else row.utc_offset_min
    return as_datetime(_at_ms(row), offset).date()
