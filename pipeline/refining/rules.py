"""Which moments are worth hearing again, in which order, and when the new words are the better.

Pure. That a model gives a token more probability than another one does says nothing of which is
right: each spreads it over what it knows itself. What can be compared is what both are held to in
the same way: how many words stand undoubted, and which guards a text passes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.hearing.languages import ASK_BELOW, is_hardly_likely
from pipeline.hearing.reading import compresses

if TYPE_CHECKING:
    from core.moment import Transcript
    from pipeline.refining.second_model import SecondModel
    from pipeline.store.views.moment_fold import MomentRow

Outcome = Literal["better", "same", "kept"]

Why = Literal["written", "no_sound", "no_words", "heard_by_it", "no_better", "language"]
"""Why a moment is not heard again: its text is the wearer's own; its sound is gone; it has no
words yet, or nobody spoke; its words are the model's own; the model is no better for it, or does
not know its language."""

FEWER_SURE = 0.9
"""Of the words that stood undoubted, so many must be left: what a larger model does worst, and
what nobody would notice, is to leave out a sentence."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A moment to be heard again, and whether its words were hardly believable."""

    moment: str
    seconds: float
    is_doubtful: bool


def why_not(row: MomentRow, transcript: Transcript | None, model: SecondModel) -> Why | None:
    """Why this moment is not heard again by this model, named or not; None where it may be."""
    if transcript is not None and transcript.model is None:
        return "written"
    if row.sound is None:
        return "no_sound"
    if transcript is None or not transcript.words:
        return "no_words"
    if transcript.model == model.name:
        return "heard_by_it"
    is_unknown = row.language is None
    is_small = model.only_for_unknown or transcript.model in model.not_above
    if is_small and not is_unknown:
        return "no_better"
    return None if is_unknown or row.language in model.hears else "language"


def candidate(
    row: MomentRow, transcript: Transcript | None, model: SecondModel, tried: Collection[str]
) -> Candidate | None:
    """What is to be heard again without being named; `tried` are the models that were here once."""
    if row.state != "visible" or model.name in tried or transcript is None:
        return None
    if why_not(row, transcript, model) is not None:
        return None
    is_doubtful = is_hardly_likely(transcript, ASK_BELOW)
    return Candidate(row.id, (row.duration_ms or 0) / 1000, is_doubtful)


def in_order(oldest_first: Sequence[Candidate]) -> list[Candidate]:
    """What was hardly believable goes before the rest; the newest first in each."""
    newest_first = oldest_first[::-1]
    return sorted(newest_first, key=lambda each: not each.is_doubtful)


def judged(earlier: Transcript, later: Transcript) -> Outcome:
    """Whether the words that were heard later take the place of the earlier ones.

    They do where they are others, believable as a text, leave hardly any undoubted word less than
    there was, and are in doubt to no greater part.
    """
    if _words(earlier.text) == _words(later.text):
        return "same"
    if not later.words or compresses(later.text):
        return "kept"
    keeps_what_was_sure = _sure(later) >= FEWER_SURE * _sure(earlier)
    return "better" if keeps_what_was_sure and _doubt(later) <= _doubt(earlier) else "kept"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _sure(heard: Transcript) -> int:
    return sum(not word.doubtful for word in heard.words)


def _doubt(heard: Transcript) -> float:
    """The share of its words that are doubtful."""
    return 1 - _sure(heard) / len(heard.words) if heard.words else 0.0
