"""One answer of Whisper to a stretch of sound, and whether it is to be believed as it is."""

import re
import zlib
from dataclasses import dataclass

from pipeline.hearing.doubt import NO_SPEECH_ABOVE

# Both thresholds are Whisper's own, from the paper's long-form decoding.
REPEATS_ABOVE = 2.4  # bytes of text for one byte of it compressed
UNLIKELY_BELOW = -1.0  # mean log-probability of a token

MOST_TOKENS_A_SECOND = 8.0
"""Twice as dense as fast speech: an answer that comes to this has run away."""

SPARE_TOKENS = 12
"""For a brief sound: three quick words with their punctuation."""

ECHO_WORDS = 4
"""This many words, said again at once, are Whisper's own echo; people seldom repeat so many."""

REFRAIN_TIMES = 6
"""A shorter phrase is an echo from so many times on: people do say "no, no, no"."""

_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class Reading:
    """Whisper's tokens with what it thinks of them; `most` is how many it may have given.

    `text` is the tokens' own, without marks.
    """

    tokens: list[int]
    text: str
    mean_log_probability: float
    no_speech_probability: float
    most: int

    @property
    def unlikely(self) -> bool:
        return self.mean_log_probability < UNLIKELY_BELOW

    @property
    def silence(self) -> bool:
        return self.unlikely and self.no_speech_probability > NO_SPEECH_ABOVE

    @property
    def runs_away(self) -> bool:
        """It ran to its limit, or compresses too well: no text that anybody spoke."""
        return len(self.tokens) >= self.most or compresses(self.text)

    @property
    def repeats(self) -> bool:
        return self.runs_away or echoes(self.text)


def most_tokens(duration_s: float) -> int:
    """The number of tokens that nobody says in this time."""
    return int(MOST_TOKENS_A_SECOND * duration_s) + SPARE_TOKENS


def compresses(text: str) -> bool:
    """It is shorter by more than text that people say."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) > REPEATS_ABOVE


def echoes(text: str) -> bool:
    """Words are said twice without anything between, and more of them than people repeat.

    The second time may break off where the text ends.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    return any(_is_echoed(words, period) for period in range(1, len(words)))


def _is_echoed(words: list[str], period: int) -> bool:
    """Some run of words is the one that stands `period` words before it."""
    enough = max(ECHO_WORDS, (REFRAIN_TIMES - 1) * period if period < ECHO_WORDS else period)
    longest = run = 0
    for before, word in zip(words, words[period:], strict=False):
        run = run + 1 if word == before else 0
        longest = max(longest, run)
    breaks_off = period >= ECHO_WORDS and run >= ECHO_WORDS
    return longest >= enough or breaks_off
