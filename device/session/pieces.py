"""Cuts what is said into pieces, an utterance each, as soon as each has ended. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.audio import RATE_HZ, Span
from device.memory.utterances import Heard, Utterance

from . import clip_edges

LEAST = RATE_HZ // 4
"""What is spoken in less than this beside a keep is no word of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An utterance, or a part of a long one: where its clip is cut, and where it was spoken."""

    clip: Span
    spoken: Span


class Pieces:
    """Remembers how far it has come. An utterance longer than `longest` samples is cut."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._cut_to = 0
        self._done_to = 0  # onset of the last utterance that was seen to its end

    def ended(self, heard: Heard) -> list[Piece]:
        """The pieces that have ended since this was last asked, in order."""
        found = []
        for each in self._new(heard):
            if each.offset is None:
                if heard.now - max(each.onset, self._cut_to) > self._longest:
                    found += self._cut(each, heard, *self._part(each, heard))
            elif heard.now >= each.offset + clip_edges.LONGEST_LEAD_OUT:
                self._done_to = each.onset + 1
                found += self._cut(each, heard, *clip_edges.whole(heard, each, self._cut_to))
        return found

    def rest(self, heard: Heard) -> list[Piece]:
        """What is left: no more sound will come."""
        found = []
        for each in self._new(heard):
            self._done_to = each.onset + 1
            start, end = clip_edges.whole(heard, each, self._cut_to)
            found += self._cut(each, heard, start, heard.now if each.offset is None else end)
        return found

    def _new(self, heard: Heard) -> list[Utterance]:
        return [each for each in heard.utterances if not each.faint and each.onset >= self._done_to]

    def _part(self, utterance: Utterance, heard: Heard) -> tuple[int, int]:
        start, _ = clip_edges.whole(heard, utterance, self._cut_to)
        return start, heard.quietest(heard.now - clip_edges.SEEK, heard.now, heard.now)

    def _cut(self, utterance: Utterance, heard: Heard, start: int, end: int) -> list[Piece]:
        if end <= start:
            return []
        self._cut_to = end
        offset = heard.now if utterance.offset is None else utterance.offset
        first = min(max(utterance.onset, start), end - 1)
        return [Piece(Span(start, end), Span(first, max(first + 1, min(offset, end))))]


def without(piece: Piece, kept: Iterable[Span]) -> list[Piece]:
    """What of a piece none of these keeps holds: itself, or the parts that are left of it."""
    parts = [piece]
    for span in kept:
        parts = [part for each in parts for part in _beside(each, span)]
    return parts


def _beside(piece: Piece, span: Span) -> list[Piece]:
    clip, spoken = piece.clip, piece.spoken
    if span.end <= spoken.start or spoken.end <= span.start:
        return [piece]
    found = []
    if span.start - spoken.start >= LEAST:
        found.append(Piece(Span(clip.start, span.start), Span(spoken.start, span.start)))
    if spoken.end - span.end >= LEAST:
        found.append(Piece(Span(span.end, clip.end), Span(span.end, spoken.end)))
    return found
