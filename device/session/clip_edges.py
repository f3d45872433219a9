"""The edges of a clip: between sentences. Pure; positions in, positions out."""

from collections.abc import Iterator

from core.audio import RATE_HZ
from device.memory.utterances import Heard, Utterance

REACH = 60 * RATE_HZ
"""How far back a press reaches for utterances before the one that it is about."""

PAUSE = 8 * RATE_HZ
"""A longer silence ends a stretch: what was said before it was another thought."""

WITHOUT_SPEECH = 30 * RATE_HZ
"""What a press keeps where no speech was heard: it was pressed for something."""

LEAST_WITHOUT_SPEECH = 2 * RATE_HZ
"""Less than this since the last keep, and no speech in it, is nothing to reach for."""

FOLLOW = 30 * RATE_HZ
"""How long a sentence that is still being spoken is followed after its press."""

LEAD_IN = RATE_HZ * 44 // 100
LEAST_LEAD_IN = RATE_HZ // 4
LONGEST_LEAD_IN = RATE_HZ * 68 // 100
"""A clip begins at a quiet place between the last two before the onset, best at the first: soft
consonants come early, and the model notices them up to 0.4 s late (on the development day)."""

LEAD_OUT = RATE_HZ * 35 // 100
LEAST_LEAD_OUT = RATE_HZ // 8
LONGEST_LEAD_OUT = RATE_HZ * 6 // 10
"""A clip ends likewise after the offset, or about its press: the gate waits 0.8 s before an
utterance has ended, so that much silence is sure to be there."""

NOTICED_AFTER = RATE_HZ * 7 // 10
"""How long after a place a cut there is decided: speech that began before it has been noticed by
then (three frames and a margin), and speech that begins a moment later keeps its lead-in."""

ABOUT = RATE_HZ * 2 // 5
"""A cut at a press lies no further from it than this."""

SEEK = 5 * RATE_HZ
"""Where speech will not end, the cut is sought in a stretch of this length."""


def back(heard: Heard, press: int, floor: int) -> int | None:
    """The beginning of a press's clip; None where everything is held by the keeps before it.

    `floor` is the end of the sound that earlier keeps hold.
    """
    spoken = _unheld(heard, press, floor)
    while spoken and spoken[-1].faint:
        spoken.pop()
    if not spoken:
        start = max(press - WITHOUT_SPEECH, floor, heard.oldest)
        least = LEAST_WITHOUT_SPEECH if start == floor > 0 else 1
        return start if press - start >= least else None
    first = spoken[-1]
    for earlier in reversed(spoken[:-1]):
        if earlier.onset < press - REACH or _far_apart(earlier, first):
            break
        first = earlier
    return _before(heard, first, floor)


def further_back(heard: Heard, start: int, floor: int) -> int | None:
    """The beginning of a clip that reaches one stretch further back; None where nothing is left."""
    stretch = _last_stretch(_unheld(heard, start, floor))
    if stretch is not None:
        return _before(heard, stretch, floor)
    silent_start = max(start - WITHOUT_SPEECH, floor, heard.oldest)
    is_silence = not any(each.onset >= start for each in _firm(heard))
    return silent_start if is_silence and start - silent_start >= LEAST_WITHOUT_SPEECH else None


def end(heard: Heard, press: int) -> int | None:
    """The end of a press's clip, with the utterance in progress; None while that lasts.

    An utterance that has just ended brings the silence after it; where nobody spoke,
    the clip ends at its press.
    """
    if heard.now < press + NOTICED_AFTER:
        return None
    said = [each for each in _firm(heard) if each.onset <= press]
    if said and said[-1].offset is None:
        limit = press + FOLLOW
        return None if heard.now < limit else heard.quietest(limit - SEEK, limit, limit)
    if not said or said[-1].offset is None:
        return heard.quietest(press - ABOUT, press, press)
    offset = said[-1].offset
    if heard.now < offset + LONGEST_LEAD_OUT + NOTICED_AFTER:
        return None
    return _after(heard, offset, press)


def whole(heard: Heard, utterance: Utterance, floor: int) -> tuple[int, int]:
    """Both edges of one utterance that has ended."""
    offset = heard.now if utterance.offset is None else utterance.offset
    return _before(heard, utterance, floor), _after(heard, offset, offset)


def _unheld(heard: Heard, before: int, floor: int) -> list[Utterance]:
    """The speech, certain or possible, before a position; without what an earlier keep holds."""
    return [
        each
        for each in heard.utterances
        if each.onset < before and (each.offset is None or each.offset > max(floor, heard.oldest))
    ]


def _firm(heard: Heard) -> Iterator[Utterance]:
    return (each for each in heard.utterances if not each.faint)


def _far_apart(earlier: Utterance, later: Utterance) -> bool:
    return earlier.offset is not None and later.onset - earlier.offset > PAUSE


def _last_stretch(spoken: list[Utterance]) -> Utterance | None:
    """The first utterance of the last stretch."""
    first = None
    for each in reversed(spoken):
        if first is not None and _far_apart(each, first):
            break
        first = each
    return first


def _before(heard: Heard, utterance: Utterance, floor: int) -> int:
    """A quiet place just before an utterance, in no other one and not below the floor."""
    earlier = [end + LEAST_LEAD_OUT for end in _ends(heard) if end <= utterance.onset]
    earliest = max([floor, heard.oldest, utterance.onset - LONGEST_LEAD_IN, *earlier])
    latest = utterance.onset - LEAST_LEAD_IN
    if latest <= earliest:
        return min(earliest, max(floor, heard.oldest, utterance.onset))
    return heard.quietest(earliest, latest, utterance.onset - LEAD_IN)


def _after(heard: Heard, offset: int, press: int) -> int:
    """A quiet place after an utterance, about the press if that came later.

    What is said next keeps its lead-in.
    """
    start = max(offset + LEAST_LEAD_OUT, press - ABOUT)
    stop = min(max(offset + LONGEST_LEAD_OUT, press), heard.now)
    following = [each.onset for each in _firm(heard) if each.onset > press]
    if following:
        stop = min(stop, max(offset + LEAST_LEAD_OUT, following[0] - LONGEST_LEAD_IN))
    start = min(start, max(offset, stop - ABOUT))
    return heard.quietest(start, stop, max(offset + LEAD_OUT, press - ABOUT // 2))


def _ends(heard: Heard) -> Iterator[int]:
    return (each.offset for each in heard.utterances if each.offset is not None)
