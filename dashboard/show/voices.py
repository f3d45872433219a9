"""Who speaks, beside the lines of a moment. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dashboard.sentences import say
from pipeline.store.format.voice_drafts import WEARER
from pipeline.store.spoken_turns import SpokenTurn

from .lines import ShownWord
from .moments import Page, Voice


def with_voices(shown: Page, said: Sequence[SpokenTurn]) -> Page:
    """The same page with a new line for each turn; as it is where one voice speaks alone."""
    if len({each.voice for each in said}) <= 1:
        return shown
    lines, voices = zip(*_lines(shown, said), strict=True)
    return replace(shown, lines=lines, voices=voices, nameable=_nameable(said))


def _nameable(said: Sequence[SpokenTurn]) -> tuple[Voice, ...]:
    """Each voice that is known from others, in the order in which they begin to speak."""
    known = {each.voice: each for each in said if each.voice is not None}
    return tuple(Voice(voice, _question(turn), turn.name or "") for voice, turn in known.items())


def _question(turn: SpokenTurn) -> str:
    return say("voice.yours") if turn.voice == WEARER else say("voice.who", voice=_called(turn))


def _lines(shown: Page, said: Sequence[SpokenTurn]) -> Iterator[tuple[tuple[ShownWord, ...], str]]:
    """Each line and the name of its voice, which is empty where that one goes on."""
    told: SpokenTurn | None = None
    for line in shown.lines:
        part: list[ShownWord] = []
        turn = told
        for word in line:
            of_word = _turn_of(word, said, turn)
            if of_word is not turn and part:
                yield tuple(part), _name(turn, told)
                part, told = [], turn
            turn = of_word
            part.append(word)
        yield tuple(part), _name(turn, told)
        told = turn


def _turn_of(
    word: ShownWord, said: Sequence[SpokenTurn], before: SpokenTurn | None
) -> SpokenTurn | None:
    """The last turn that has begun by then; the one before for what has no time."""
    if word.start_ms is None:
        return before
    begun = bisect_right(said, word.start_ms, key=lambda each: each.start_ms)
    return said[begun - 1] if begun else before


def _name(turn: SpokenTurn | None, told: SpokenTurn | None) -> str:
    if turn is None or turn is told:
        return ""
    return _called(turn)


def _called(turn: SpokenTurn) -> str:
    if turn.voice is None:
        return say("voice.unknown")
    return turn.name or (say("voice.wearer") if turn.voice == WEARER else turn.voice)
