"""Moments, hits and days as the page shows them. Pure: templates put them into HTML, no more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar

from core.moment import Transcript
from core.text.languages import language_name
from dashboard.sentences import say
from pipeline.search.found import Found, Hit, pieces
from pipeline.store.peers import Whereabouts
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

from .dates import ago as ago_in_words
from .dates import day_title
from .gaps import Break, missing_sound
from .lines import Line, lines_of
from .local_time import Clock
from .machines import NOTHING, Coming, also_on, sound_told, words_told
from .reasons import why_kept

LINES_OF_A_DAY = 3
"""Moments that stand for an earlier day; the page must get calmer over the years, not fuller."""

FIRST_WORDS = 56
"""Characters: two lines on the button of a small phone."""


@dataclass(frozen=True, slots=True)
class Card:
    """A moment in a list. `why` is empty for a press, which needs no reason.

    `reason` is a sentence, and empty where it was not selected.

    `words_status` says why there are no words, or not of all that was said. `language` is
    the code of the language that they are in, empty where it is not known.

    `at` is the time with the zone where it was recorded, `time` is how a clock there showed
    it; `zone` is the zone's name where the reader would be misled without it.
    """

    is_break: ClassVar[bool] = False

    id: str
    at_ms: int | None
    at: str
    time: str
    zone: str
    text: str
    words_status: str
    why: str
    duration_ms: int
    speaker: str
    has_sound: bool
    is_hidden: bool
    is_awaited: bool
    revision: int
    can_retry: bool = False
    language: str = ""
    reason: str = ""
    is_selected: bool = False

    @property
    def length(self) -> str:
        """The length of its sound: `9 s`, `1 min 05 s`; empty for what was typed."""
        minutes, seconds = divmod(round(self.duration_ms / 1000), 60)
        if minutes:
            return f"{minutes} min {seconds:02d} s"
        return f"{seconds} s" if self.duration_ms else ""

    @property
    def file_name(self) -> str:
        """What its sound is called where it is downloaded: by its time, else by its id."""
        when = self.at[:16].replace("T", " ").replace(":", ".")
        return f"{when or self.id}.m4a"

    def facts(self, why: bool) -> str:  # noqa: FBT001 - templates call it
        """Length, speaker and, where asked for, the reason of the keep, on one line."""
        return " · ".join(filter(None, (self.length, self.speaker, self.why if why else "")))

    @property
    def version(self) -> str:
        """A text that differs wherever the card would look different."""
        return f"{self.id}.{self.revision}/{self.words_status}/{len(self.text)}/{self.is_hidden:d}"


@dataclass(frozen=True, slots=True)
class Page:
    """A moment in full: its card, its day in words, and its words line by line.

    The sound is played from `from_ms` to `until_ms`, None for its end.
    `missing_sound` says what is lost in it, `sound_told` why none of it can be played, and whether
    it can be fetched (`can_fetch`); `also_on` where else it is. Of a note, `about` is what it
    was written about; `notes` are those that were written about this one.
    """

    card: Card
    day: str
    day_href: str
    lines: tuple[Line, ...]
    from_ms: int = 0
    until_ms: int | None = None
    missing_sound: str = ""
    sound_told: str = ""
    can_fetch: bool = False
    also_on: str = ""
    about: "Link | None" = None
    notes: tuple[Card, ...] = ()
    voices: tuple[str, ...] = ()
    """Beside each line who begins to speak in it; empty where one voice speaks alone."""
    nameable: "tuple[Voice, ...]" = ()

    @property
    def title(self) -> str:
        """The name of its page: its day and its time, with the zone where that is needed."""
        time = f"{self.card.time} {self.card.zone}".rstrip()
        return say("moment.title", day=self.day, time=time)

    @property
    def has_doubt(self) -> bool:
        return any(word.doubtful for line in self.lines for word in line)

    @property
    def heard_otherwise(self) -> tuple[str, ...]:
        """A sentence for each word of the wearer's own that was heard as another, each once."""
        told = (word.heard_as for line in self.lines for word in line if word.heard_as)
        return tuple(dict.fromkeys(told))

    def only(self, sentence: Line) -> "Page":
        """The same moment, of which only this sentence is shown and played."""
        return replace(
            self,
            lines=(sentence,),
            voices=(),
            from_ms=sentence[0].start_ms or 0,
            until_ms=sentence[-1].end_ms,
        )

    @property
    def first_words(self) -> str:
        """The beginning of the text, cut between words, for the button."""
        return beginning(self.card.text)


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be named: a letter or `wearer`, the question for its name, and that."""

    id: str
    question: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """A moment that another page leads to, by its first words."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day, newest first: its moments and missing sound. `more` moments are left out."""

    title: str
    date: str
    lines: tuple[Card | Break, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A moment that was found, its best passage, and the reasons.

    `said` is the passage in pieces, each with whether it is marked as asked for.
    """

    id: str
    when: str
    at: str
    zone: str
    said: tuple[tuple[str, bool], ...]
    speaker: str
    why: str
    alike: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query. `note` warns where it is weak, and is empty elsewhere."""

    query: str
    hits: tuple[ShownHit, ...]
    note: str
    by_words_alone: bool


def beginning(text: str) -> str:
    """The first words of a text, cut between words."""
    if len(text) <= FIRST_WORDS:
        return text
    return text[:FIRST_WORDS].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def card(row: MomentRow, clock: Clock, coming: Coming = NOTHING) -> Card:
    at = None if row.at_ms is None else clock.at(row.at_ms, row.utc_offset_min)
    return Card(
        id=row.id,
        at_ms=row.at_ms,
        at="" if at is None else at.isoformat(timespec="seconds"),
        time="--:--" if at is None else f"{at:%H:%M}",
        zone="" if at is None else clock.zone_to_name(at),
        text=row.text,
        words_status=words_told(coming.get(row.id)) or _words_status(row),
        why="" if why_kept(row) else say.of("how", row.how),
        duration_ms=row.duration_ms or 0,
        speaker=row.speaker or "",
        has_sound=row.sound is not None,
        is_hidden=row.state == "hidden",
        is_awaited=row.words == "awaited" and not row.text,
        revision=row.revision,
        can_retry=(row.words == "failed" and row.id not in coming) or _has_another_language(row),
        language=row.language or "",
        reason=why_kept(row),
        is_selected=row.how == "selected",
    )


def _has_another_language(row: MomentRow) -> bool:
    """It may be one that was listed since."""
    return row.other_language is not None and row.sound is not None


def _words_status(row: MomentRow) -> str:
    if row.other_language is not None:
        what = "words.part_in_another" if row.text else "words.in_another"
        return say(what, language=language_name(row.other_language))
    return "" if row.text else say.of("words", row.words)


def page(
    row: MomentRow,
    transcript: Transcript | None,
    clock: Clock,
    missing: Iterable[IntervalRow] = (),
    waits: str = "",
) -> Page:
    """The moment in full. `missing` are the gaps and pauses around it.

    `waits` says why its words are still to come, where the models failed on them.
    """
    day = day_of(row, clock)
    shown = card(row, clock)
    if waits and row.words == "awaited":
        shown = replace(
            shown, words_status=say("moment.still_to_come", reason=waits), can_retry=True
        )
    elif transcript is not None and transcript.may_be_another_language and shown.has_sound:
        shown = replace(shown, can_retry=True)
    return Page(
        card=shown,
        day=say("hidden.time_not_known") if day is None else day_title(day, clock.today),
        day_href="" if day is None else f"{day}",
        lines=lines_of(row.text, transcript),
        missing_sound=missing_sound(row, missing),
    )


def with_whereabouts(shown: Page, where: Whereabouts, why_not: str = "") -> Page:
    """The same page, with where its sound is, and with what is still to come.

    `why_not` says why it does not come now.
    """
    told = " ".join(filter(None, [sound_told(where), why_not]))
    is_playable = shown.card.has_sound and not told
    card = replace(shown.card, has_sound=is_playable)
    if coming := words_told(where.words):
        card = replace(card, words_status=coming, can_retry=False)
    can_fetch = where.sound == "elsewhere"
    return replace(shown, card=card, sound_told=told, can_fetch=can_fetch, also_on=also_on(where))


def with_links(
    shown: Page, about: MomentRow | None, notes: Iterable[MomentRow], clock: Clock
) -> Page:
    """The same page, with what it was written about, and with the notes that are about it."""
    return replace(
        shown,
        about=None if about is None else _link(card(about, clock)),
        notes=tuple(card(note, clock) for note in notes),
    )


def _link(shown: Card) -> Link:
    """What is hidden is not read out on another page."""
    hidden = say("moment.hidden_one") if shown.is_hidden else ""
    return Link(shown.id, hidden or beginning(shown.text) or shown.words_status)


def days(
    rows: Iterable[MomentRow],
    clock: Clock,
    *,
    breaks: Mapping[date, Sequence[Break]] | None = None,
    most: int | None = None,
    coming: Coming = NOTHING,
) -> tuple[Day, ...]:
    """Newest first: at most `most` moments of each day, and all of its `breaks`.

    `coming` has, by id, whose words other machines are to make or bring.
    A moment belongs to the day it was where it was recorded; one without a time to none.
    """
    by_day: dict[date, list[MomentRow]] = {}
    for row in rows:
        day = day_of(row, clock)
        if day is not None:
            by_day.setdefault(day, []).append(row)
    breaks = breaks or {}
    found = sorted({*by_day, *(day for day, of_day in breaks.items() if of_day)}, reverse=True)
    return tuple(
        _day(
            day,
            [card(row, clock, coming) for row in _newest_first(by_day.get(day, []))[:most]],
            breaks.get(day, ()),
            len(by_day.get(day, [])),
            clock,
        )
        for day in found
    )


def _newest_first(rows: Sequence[MomentRow]) -> list[MomentRow]:
    return sorted(rows, key=_at_ms, reverse=True)


def _day(
    day: date, shown: Sequence[Card], breaks: Iterable[Break], count: int, clock: Clock
) -> Day:
    lines: list[Card | Break] = [*shown, *breaks]
    lines.sort(key=_at_ms, reverse=True)
    return Day(day_title(day, clock.today), f"{day}", tuple(lines), count - len(shown))


def results(found: Found, clock: Clock) -> Results:
    hits = tuple(_hit(hit, clock) for hit in found.for_people)
    return Results(found.query, hits, _note(found), found.by_words_alone)


def _note(found: Found) -> str:
    if not found.query.strip():
        return ""
    alone = say("search.words_alone")
    if not found.hits:
        nothing = say("search.nothing")
        return f"{nothing} {alone}" if found.by_words_alone else nothing
    nearest = say("search.nothing_close")
    notes = [(found.nothing_close, nearest), (found.by_words_alone, alone)]
    return " ".join(sentence for holds, sentence in notes if holds)


def _hit(hit: Hit, clock: Clock) -> ShownHit:
    when = say("search.time_not_known")
    if hit.at is not None:
        day = day_title(hit.at.date(), clock.today)
        when = say("search.when", day=day, time=f"{hit.at:%H:%M}")
    return ShownHit(
        id=hit.moment,
        when=when,
        at="" if hit.at is None else hit.at.isoformat(timespec="seconds"),
        zone="" if hit.at is None else clock.zone_to_name(hit.at),
        said=pieces(hit.text, hit.marks),
        speaker=hit.speaker or "",
        why="; ".join(hit.why),
        alike=len(hit.also),
    )


def ago(then_ms: int, clock: Clock) -> str:
    """`12 days ago`, counted in nights."""
    return ago_in_words((clock.today - clock.at(then_ms).date()) // timedelta(days=1))


def day_of(row: MomentRow, clock: Clock) -> date | None:
    """The date where it was recorded; None where its time is not known."""
    return None if row.at_ms is None else clock.at(row.at_ms, row.utc_offset_min).date()


def _at_ms(line: MomentRow | Card | Break) -> int:
    assert line.at_ms is not None
    return line.at_ms
