"""Which words may not be believed, decided from numbers alone."""

from collections.abc import Sequence

from core.audio import RATE_HZ, Span
from core.moment import Word

DOUBTFUL_BELOW = 0.5
"""Below it fewer than half of the words were right (47 % of 312 on the development data)."""

SLACK_MS = 500
"""How far a word's time may be off: by alignment, and by the gate's own edges."""


def is_doubtful(probability: float) -> bool:
    """There was speech, and this word is less likely than not to be what was said."""
    return probability < DOUBTFUL_BELOW


def spoken(words: Sequence[Word], utterances: Sequence[Span]) -> tuple[Word, ...]:
    """The words that fall where somebody spoke; the others Whisper made out of noise."""
    return tuple(word for word in words if any(_touches(word, span) for span in utterances))


def _touches(word: Word, span: Span) -> bool:
    start_ms, end_ms = (position * 1000 // RATE_HZ for position in (span.start, span.end))
    return word.start_ms <= end_ms + SLACK_MS and word.end_ms >= start_ms - SLACK_MS
