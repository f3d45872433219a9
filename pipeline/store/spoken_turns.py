"""A moment as a conversation: who says which words, by the names that are known. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.moment import Transcript, VoiceTurn, Word
from core.text.words import joined
from pipeline.store.format.readable import json_object


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """What one voice says without another in between.

    `voice` is a letter, `wearer`, or None where it is not known; `name` what it is called.
    """

    voice: str | None
    name: str | None
    start_ms: int
    end_ms: int
    text: str


def spoken_turns(
    transcript: Transcript | None, turns: Sequence[VoiceTurn], names: Mapping[str, str]
) -> list[SpokenTurn]:
    """The words of a moment, put to its turns by their times; empty where there are no turns.

    The words may be others than those that were first heard: each goes to the last turn that
    has begun by its middle.
    """
    if transcript is None or not transcript.words or not turns:
        return []
    found: list[SpokenTurn] = []
    for turn, words in _shared(transcript.words, turns):
        name = None if turn.voice is None else names.get(turn.voice)
        text = joined(word.word for word in words)
        found.append(SpokenTurn(turn.voice, name, words[0].start_ms, words[-1].end_ms, text))
    return found


def names_of(voices: str | None) -> dict[str, str]:
    """The names that the voices of a moment have, as its row says it."""
    return {} if voices is None else json_object(voices) or {}


def _shared(
    words: Sequence[Word], turns: Sequence[VoiceTurn]
) -> list[tuple[VoiceTurn, list[Word]]]:
    shared: list[tuple[VoiceTurn, list[Word]]] = []
    at = 0
    for word in words:
        middle_ms = (word.start_ms + word.end_ms) / 2
        while at + 1 < len(turns) and turns[at + 1].start_ms <= middle_ms:
            at += 1
        if shared and shared[-1][0] is turns[at]:
            shared[-1][1].append(word)
        else:
            shared.append((turns[at], [word]))
    return shared
