"""Which stretches of a clip are handed to the transcriber: at most 30 s each, cut in silence.

And in which parts it reads them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.audio import RATE_HZ, Span
from core.machine import Profile

WINDOW_S = 30.0
"""What Whisper hears at once."""

LONGEST_S: Mapping[Profile, float] = {"full": WINDOW_S, "zero": 15.0}
"""What it is given at once. Its memory grows with the square of it: 80 MB for half a minute, beside
the weights, and 30 for a quarter. Meetings lose 3 words in a hundred by it (decision 032)."""

HOP_SAMPLES = 160
"""Whisper counts sound in steps of 10 ms; a rest shorter than one does not count."""

LONGEST_PAUSE_SAMPLES = 2 * RATE_HZ
"""The longest silence inside a window: in a longer one Whisper tends to stop reading. Twelve
minutes of a day (November 2026): 1 to 2 s 20.2 % wrong words, 3 s and more 21.3 to 21.6 %,
for a fifth less CPU."""

OUTER_SHARE = 0.2
"""Of what is cut, at either end: no part is a word or two, of which Whisper makes little."""


Pauses = Sequence[Sequence[Span]]
"""Of each of several sounds, where nobody speaks in it, from its first sample."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch to transcribe at once, and the utterances in it, all in the clip's positions."""

    span: Span
    speech: tuple[Span, ...]


def windows(
    utterances: Iterable[Span], total_samples: int, *, longest_s: float = WINDOW_S
) -> Iterator[Window]:
    """Windows that hold every utterance, in order and without overlap; silence is left out.

    A clip that fits one window is heard whole as soon as anybody speaks in it.
    Utterances must not be longer than a window. Lazy: a window comes once the
    utterance after it is known.
    """
    longest = round(longest_s * RATE_HZ)
    if total_samples < longest + HOP_SAMPLES:
        speech = tuple(utterances)
        if speech:
            yield Window(Span(0, total_samples), speech)
        return
    together: list[Span] = []
    for utterance in utterances:
        if together and not _belongs(utterance, together, longest):
            yield _window(together, total_samples)
            together = []
        together.append(utterance)
    if together:
        yield _window(together, total_samples)


def _belongs(utterance: Span, together: list[Span], longest: int) -> bool:
    fits = utterance.end - together[0].start <= longest
    return fits and utterance.start - together[-1].end <= LONGEST_PAUSE_SAMPLES


def _window(together: list[Span], total_samples: int) -> Window:
    span = Span(together[0].start, min(together[-1].end, total_samples))
    return Window(span, tuple(together))


def parts(whole: Span, pauses: Sequence[Span], longest: int) -> list[Span]:
    """The same sound in parts of at most `longest` samples, cut in the longest of its pauses.

    What has no pause in its middle stays as long as it is. Pure.
    """
    middle = [pause for pause in pauses if _is_in_the_middle(pause, whole)]
    if whole.samples <= longest or not middle:
        return [whole]
    at = _middle(max(middle, key=lambda pause: pause.samples))
    return [
        part
        for side in (Span(whole.start, at), Span(at, whole.end))
        for part in parts(side, pauses, longest)
    ]


def _is_in_the_middle(pause: Span, whole: Span) -> bool:
    outer = OUTER_SHARE * whole.samples
    is_inside = whole.start <= pause.start and pause.end <= whole.end
    return is_inside and whole.start + outer <= _middle(pause) <= whole.end - outer


def _middle(span: Span) -> int:
    return (span.start + span.end) // 2
