"""Word errors of utterances by group, and how far apart two transcribers are."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jiwer
import numpy as np
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

Row = dict[str, Any]
"""A line of speech/dev.jsonl, or a segment of a day."""

LIBRISPEECH = "librispeech"
NAMED = {"speechocean762": "second language", "ami-mix-headset": "meetings"}

RESAMPLED = 10_000
WITHIN = (2.5, 97.5)
SEED = 12


@dataclass(frozen=True, slots=True)
class Errors:
    """The words of an utterance, and how many came out wrong, and how."""

    words: int
    substituted: int = 0
    deleted: int = 0
    inserted: int = 0

    @property
    def wrong(self) -> int:
        return self.substituted + self.deleted + self.inserted


@dataclass(frozen=True, slots=True)
class Apart:
    """Points of word error rate by which one is worse than the other, with 95 % around them."""

    points: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.points:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


def groups(rows: Sequence[Row]) -> dict[str, list[int]]:
    """Which rows are reported together, by position; a row may be in a group and in a part."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        for name in _groups_of(row):
            found[name].append(position)
    return dict(sorted(found.items()))


def errors_of(
    said: Sequence[str], heard: Sequence[str], normalized: Callable[[str], str] | None = None
) -> list[Errors]:
    """The errors of each utterance by itself; normalized as English, unless named otherwise."""
    normalize = normalized or normal
    pairs = [(normalize(one), normalize(other)) for one, other in zip(said, heard, strict=True)]
    return [
        _counted(one.split(), jiwer.process_words(one, other).alignments[0])
        if one
        else Errors(0, inserted=len(other.split()))
        for one, other in pairs
    ]


def errors_along(said: Sequence[str], heard: str) -> list[Errors]:
    """The errors of each segment of a long sound, of which the words are known as a whole.

    All is aligned at once; a word that was inserted counts to the segment whose word
    comes next, or to the last.
    """
    lengths = [len(normal(each).split()) for each in said]
    segment_of = np.repeat(np.arange(len(said)), lengths)
    counts = np.zeros((len(said), 3), int)
    whole = " ".join(normal(each) for each in said)
    for chunk in jiwer.process_words(whole, normal(heard)).alignments[0]:
        kind = ("substitute", "delete", "insert").index(chunk.type) if chunk.type != "equal" else -1
        if kind == -1:
            continue
        wrong = max(
            chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
        )
        for step in range(wrong):
            at = chunk.ref_start_idx + (0 if chunk.type == "insert" else step)
            counts[segment_of[min(at, len(segment_of) - 1)], kind] += 1
    return [Errors(n, *map(int, row)) for n, row in zip(lengths, counts, strict=True)]


def right_words(said: str, heard: str) -> set[int]:
    """Which words of the first, by position, came out right."""
    if not normal(said):
        return set()
    return {
        position
        for chunk in jiwer.process_words(normal(said), normal(heard)).alignments[0]
        if chunk.type == "equal"
        for position in range(chunk.ref_start_idx, chunk.ref_end_idx)
    }


def summed(errors: Sequence[Errors]) -> Errors:
    return Errors(
        sum(each.words for each in errors),
        sum(each.substituted for each in errors),
        sum(each.deleted for each in errors),
        sum(each.inserted for each in errors),
    )


def percent(errors: Sequence[Errors]) -> float:
    """The word error rate of all of them together, in percent."""
    return 100 * sum(each.wrong for each in errors) / sum(each.words for each in errors)


def apart(ours: Sequence[Errors], others: Sequence[Errors]) -> Apart:
    """How much worse ours is, by a paired bootstrap over the utterances, with a seed."""
    words = np.array([each.words for each in ours])
    more = np.array([a.wrong - b.wrong for a, b in zip(ours, others, strict=True)])
    chosen = np.random.default_rng(SEED).integers(0, len(words), (RESAMPLED, len(words)))
    drawn = 100 * more[chosen].sum(axis=1) / np.maximum(words[chosen].sum(axis=1), 1)
    low, high = np.percentile(drawn, WITHIN)
    return Apart(100 * more.sum() / words.sum(), float(low), float(high))


@cache
def normal(text: str) -> str:
    """The text as Whisper's own normalizer for English has it."""
    told: str = _normalizer()(text)
    return told


@cache
def plain(text: str) -> str:
    """The text in small letters without punctuation, as Whisper's own normalizer for all others."""
    told: str = BasicTextNormalizer()(text)
    return " ".join(told.split())


@cache
def _normalizer() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


def _counted(words: Sequence[str], chunks: Sequence[Any]) -> Errors:
    def of(kind: str) -> int:
        return sum(
            max(c.ref_end_idx - c.ref_start_idx, c.hyp_end_idx - c.hyp_start_idx)
            for c in chunks
            if c.type == kind
        )

    return Errors(len(words), of("substitute"), of("delete"), of("insert"))


def _groups_of(row: Row) -> list[str]:
    source = row["source"]
    if source.startswith(LIBRISPEECH):
        return ["LibriSpeech", f"LibriSpeech, {source.removeprefix('librispeech-')}"]
    if source == "speechocean762":
        age = "children" if "child" in row["tags"] else "adults"
        return [NAMED[source], f"{NAMED[source]}, {age}"]
    return [NAMED[source]] if source in NAMED else ["others", f"others, {source}"]
