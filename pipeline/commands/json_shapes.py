"""How moments and events look on the command line; docs/commands.md is held to this."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.clock import as_datetime
from core.moment import Transcript
from core.text.languages import language_name
from core.text.painted import Painted, painted
from pipeline.commands.event_sentences import reason_sentence
from pipeline.store.format.readable import texts_of
from pipeline.store.format.voice_drafts import WEARER
from pipeline.store.peers import ComingWords, Whereabouts
from pipeline.store.spoken_turns import SpokenTurn
from pipeline.store.views.moment_fold import MomentRow

_STANDING = {
    "awaited": "(writing it down…)",
    "no_words": "(no speech found)",
    "failed": "(the words could not be made out)",
    "words": "(its words are damaged: `afterthought check` says more)",
    "typed": "(its words are damaged: `afterthought check` says more)",
}


_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def at(row: MomentRow) -> str | None:
    """When it was said, ISO 8601 with the zone of where it was said."""
    if row.at_ms is None:
        return None
    return as_datetime(row.at_ms, row.utc_offset_min).isoformat(timespec="seconds")


def seconds(row: MomentRow) -> float | None:
    """How long it sounds; None for what was typed."""
    return None if row.duration_ms is None else row.duration_ms / 1000


def said(row: MomentRow, coming: ComingWords | None = None) -> str:
    """Its words for people, or how things stand with them."""
    if told := words_told(coming):
        return f"({told.removesuffix('.')})"
    other = None if row.other_language is None else language_name(row.other_language)
    if row.text.rstrip():
        partly = f" (part of it is in another language: {other})" if other else ""
        return row.text.rstrip() + partly
    return f"(another language: {other})" if other else _STANDING.get(row.words, "")


def indented(text: str) -> str:
    """Text of several lines as one entry of a list: no line of it stands where an entry begins."""
    return _LINE_END.sub("\n    ", text)


def reasons(row: MomentRow) -> list[str]:
    """The reason why it was kept, in words."""
    return [reason_sentence(row.how), *map(reason_sentence, texts_of(row.reasons))]


def words(transcript: Transcript | None) -> list[dict[str, Any]]:
    """Each word with its times in seconds of the file."""
    return [
        {
            "word": each.word,
            "start_s": each.start_ms / 1000,
            "end_s": each.end_ms / 1000,
            "probability": each.probability,
            "doubtful": each.doubtful,
            "alternative": each.alternative,
        }
        for each in (transcript.words if transcript else ())
    ]


def whereabouts(where: Whereabouts) -> dict[str, Any]:
    """Where a moment's sound is, and what is still to come."""
    return {
        "sound": where.sound,
        "from": where.bringer or None,
        "also_on": list(where.also_on),
        "words_to_come": where.words is not None and not where.words.is_here,
        "words_by": (where.words.by or None) if where.words else None,
        "words_in_work": where.words is not None and where.words.is_in_work,
    }


def words_told(coming: ComingWords | None) -> str:
    """Who makes a moment's words, or is to bring them; empty where that is this machine's own."""
    if coming is None:
        return ""
    if coming.is_here:
        return "Its words are being made here."
    what = "being made on" if coming.is_in_work else "still to come from"
    return f"Its words are {what} {coming.by or 'another machine'}."


def where_it_is(where: Whereabouts, name: str) -> list[str]:
    """The same for people, a sentence each; nothing of what is here and nowhere else.

    `name` is what the moment may be called by.
    """
    names = ", ".join(where.also_on)
    other = where.bringer or "another machine"
    told = {
        "here": f"It is here, and on {names}, too." if names else "",
        "none": f"It is here, and on {names}, too." if names else "",
        "to_come": f"Its sound is still to come from {other}.",
        "forgotten_there": f"Its sound has not come: it was forgotten on {other}, for that machine "
        "alone. It comes from any other machine that has it.",
        "elsewhere": f"Its sound is on {other}. `afterthought show {name} --fetch` fetches it.",
        "called_back": f"Its sound is being fetched from {other}.",
        "lost": f"Its sound was left to {other}, which has it no more. It comes from any other "
        "machine that has it.",
        "missing": "Its sound is missing: `afterthought check` says more.",
    }.get(where.sound, "")
    kept = f"It was kept on {where.kept_on}." if where.kept_on else ""
    return [each for each in (kept, told, words_told(where.words)) if each]


def turns(said: Sequence[SpokenTurn]) -> list[dict[str, Any]]:
    """Who says what, with times in seconds of the file."""
    return [
        {
            "voice": each.voice,
            "name": each.name,
            "start_s": each.start_ms / 1000,
            "end_s": each.end_ms / 1000,
            "text": each.text,
        }
        for each in said
    ]


def turn_lines(said: Sequence[SpokenTurn]) -> list[str]:
    """The turns for people, a line each; none where they are all of one voice."""
    if len({each.voice for each in said}) == 1:
        return []
    return [f"  {_called(each)}: {indented(each.text)}" for each in said]


def _called(turn: SpokenTurn) -> str:
    if turn.voice is None:
        return "?"
    return turn.name or ("You" if turn.voice == WEARER else turn.voice)


def moment(row: MomentRow, kept_on: str | None = None) -> dict[str, Any]:
    """One entry of `list`; `kept_on` is the machine that kept it, where it was another one."""
    return {
        "id": row.id,
        "ref": row.ref,
        "at": at(row),
        "seconds": seconds(row),
        "speaker": row.speaker,
        "text": row.text,
        "language": row.language,
        "other_language": row.other_language,
        "state": row.state,
        "how": row.how,
        "kept_on": kept_on or None,
    }


def moment_in_full(row: MomentRow, name: str, coming: ComingWords | None = None) -> Painted:
    """One moment under this name with all of its text, for people."""
    speaker = f"{row.speaker}: " if row.speaker else ""
    hidden = "  [hidden]" if row.state == "hidden" else ""
    told = f"  {at(row) or 'time unknown':25}  {indented(speaker + said(row, coming))}"
    return painted(name, "dim") + told + painted(hidden, "yellow")


def moment_line(
    row: MomentRow, name: str, width: int | None = None, coming: ComingWords | None = None
) -> Painted:
    """One entry of `list` for people, on one line: by the clock there, cut where a width is named.

    The width is in columns, of which some characters take two.
    """
    speaker = f"{row.speaker}: " if row.speaker else ""
    words = " ".join(f"{speaker}{said(row, coming)}".split())
    hidden = "[hidden] " if row.state == "hidden" else ""
    at = None if row.at_ms is None else as_datetime(row.at_ms, row.utc_offset_min)
    time = f"  {time_there(at):16}  "
    left = None if width is None else max(1, width - len(name + time + hidden))
    return painted(name, "dim") + time + painted(hidden, "yellow") + cut(words, left)


def time_there(at: datetime | None) -> str:
    """When that was, for people: by the clock of the place where it was."""
    return "time unknown" if at is None else f"{at:%Y-%m-%d %H:%M}"


def cut(line: str, width: int | None) -> str:
    """As much of the line as fits into so many columns, with `…` at its end if it is cut."""
    if width is None or _columns(line) <= width:
        return line
    while line and _columns(line) >= width:
        line = line[:-1]
    return f"{line}…"


def _columns(text: str) -> int:
    """How wide a terminal shows the text: what is wide or full-width in Unicode takes two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)
