"""The table of patterns: how each looks and feels. Nothing here has a wire or a clock.

Three lengths make every pattern, so that it reads with one colour and by touch alone: a blink, a
flash, a long one. docs/signals.md draws them.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

Steps = tuple[tuple[float, float], ...]
"""Pairs of seconds: how long it is on, and how long it is off after that."""

Lasting = Literal[
    "listening", "ambient", "working", "recording", "continuing", "paused", "fault", "pairing"
]
"""Patterns that are repeated for as long as they are true."""

Once = Literal["taken", "kept", "refused", "resumed"]
"""Patterns that are shown when something happened."""

PatternName = Lasting | Once
Colour = Literal["white", "red", "green", "blue", "yellow", "cyan"]

RED_GREEN_BLUE: dict[Colour, tuple[int, int, int]] = {
    "white": (1, 1, 1),
    "red": (1, 0, 0),
    "green": (0, 1, 0),
    "blue": (0, 0, 1),
    "yellow": (1, 1, 0),
    "cyan": (0, 1, 1),
}
"""Each channel is on or off: six colours that nobody mixes up, and no PWM for any."""

BLINK_S = 0.015
"""Short enough that a process which is stopped at any instant is seldom stopped while lit, and
bright enough in daylight."""

FLASH_S = 0.1
"""Seen without looking for it, and clearly longer than a blink."""

LONG_S = 0.5
"""Five flashes long: nobody has to compare."""

GAP_S = 0.2
REST_S = 0.6
"""After a pattern: three times the gap within one, so that taken and kept are not read as one."""

TICK_S = 0.08
"""A coin motor needs some 40 ms to be felt at all."""

MICROPHONE, DISK, SPEECH_MODEL, BUTTON, OTHER = range(1, 6)
"""The parts that can fail: so many flashes follow the long one."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The steps of light and motor for one state or event. They always end dark and at rest.

    `every_s` is how often it is repeated while it is true; 0 is once. `at_once` cuts short what
    is being played: an answer to a press may not wait. With `needs_sound` it is only shown when a
    block has come since the last time.
    """

    name: PatternName
    light: Steps
    colour: Colour
    touch: Steps = ()
    every_s: float = 0.0
    at_once: bool = False
    needs_sound: bool = False


class Light(Protocol):
    """Something that the wearer sees."""

    def play(self, pattern: Pattern) -> None:
        """Show it once, in place of what is being shown; returns at once. Ends dark by itself."""

    def stop(self) -> None:
        """Go dark and release the wire. Idempotent."""


class Motor(Protocol):
    """Something that the wearer feels, or hears."""

    def play(self, steps: Steps) -> None:
        """Run so, in place of what it is doing; returns at once. Ends at rest by itself."""

    def stop(self) -> None:
        """Be at rest and release the wire. Idempotent."""


def _row(*lengths_s: float) -> Steps:
    """Steps of these lengths, with a rest after the last one."""
    *first, last = lengths_s
    return (*((each, GAP_S) for each in first), (last, REST_S))


_BLINK = ((BLINK_S, GAP_S),)  # a hold blinks faster than a rest would let it

_PATTERNS: dict[PatternName, Pattern] = {
    each.name: each
    for each in (
        Pattern("listening", _BLINK, "green", every_s=3.0, needs_sound=True),
        # Seen from across a room: others shall know that it keeps without a press.
        Pattern("ambient", (*_BLINK, (FLASH_S, REST_S)), "green", every_s=4.0, needs_sound=True),
        Pattern("working", _BLINK * 2, "cyan", every_s=3.0, needs_sound=True),
        Pattern("recording", _BLINK, "red", every_s=1.0, needs_sound=True),
        Pattern("continuing", _BLINK, "white", every_s=0.5, needs_sound=True),
        # These need no sound: the first says that the microphone is closed.
        Pattern("paused", _BLINK * 3, "yellow", _row(LONG_S, LONG_S), every_s=6.0, at_once=True),
        Pattern("pairing", _row(*[FLASH_S] * 4), "blue", every_s=4.0),
        Pattern("taken", _row(FLASH_S), "white", _row(TICK_S), at_once=True),
        Pattern("kept", _row(FLASH_S, FLASH_S), "green", _row(TICK_S, TICK_S)),
        Pattern("refused", _row(LONG_S), "yellow", _row(LONG_S), at_once=True),
        Pattern("resumed", _row(FLASH_S, LONG_S), "green", _row(TICK_S, LONG_S), at_once=True),
    )
}

FAULT_EVERY_S = 10.0
"""The longest takes 2.8 s; the dark after it shows where one ends."""


def pattern(name: PatternName, part: int | None = None) -> Pattern:
    """The pattern of this name; `part` is the one that a fault is of."""
    if name == "fault":
        counted = _row(LONG_S, *[FLASH_S] * (part or OTHER))
        felt = _row(LONG_S, LONG_S, LONG_S)
        return Pattern("fault", counted, "red", felt, every_s=FAULT_EVERY_S)
    return _PATTERNS[name]


def length_s(steps: Steps) -> float:
    """The duration of the steps, with the rest after the last one."""
    return sum(on_s + off_s for on_s, off_s in steps)


def busy_s(steps: Steps) -> float:
    """The duration of the steps, up to the end of the last one that is on."""
    return length_s(steps) - steps[-1][1]


CYCLE_S = 0.01
"""A hundred times a second is steady to the eye."""


def dimmed(steps: Steps, percent: int) -> Steps:
    """The same steps at this brightness, for a light that only knows on and off.

    While lit it is switched off for a part of each cycle: nothing runs while it is dark, which
    is nearly always. A pin's own PWM would run for ever.
    """
    if percent >= 100:  # noqa: PLR2004 - percent
        return steps
    return tuple(itertools.chain.from_iterable(_cycles(*step, percent / 100) for step in steps))


def _cycles(on_s: float, off_s: float, share: float) -> Iterable[tuple[float, float]]:
    whole, rest_s = divmod(on_s, CYCLE_S)
    lengths = [CYCLE_S] * round(whole) + ([rest_s] if rest_s > CYCLE_S / 100 else [])
    lit = [(each * share, each * (1 - share)) for each in lengths]
    lit[-1] = (lit[-1][0], lit[-1][1] + off_s)
    return lit
