"""How much of the processor hearing takes here."""

from collections import deque

CLIPS = 20
"""The last ones count: enough that one with little speech does not decide."""


class Pace:
    """The processor time of the models' process for each second of sound that they heard.

    Counts from the start of this worker, the loading of the models among it.
    """

    def __init__(self) -> None:
        self._heard: deque[tuple[float, float]] = deque(maxlen=CLIPS)

    def heard(self, sound_s: float, cpu_s: float) -> None:
        """A clip of this length took so much."""
        self._heard.append((sound_s, cpu_s))

    @property
    def cpu_s_per_sound_s(self) -> float | None:
        """None before anything was heard."""
        sound_s = sum(sound_s for sound_s, _ in self._heard)
        cpu_s = sum(cpu_s for _, cpu_s in self._heard)
        return round(cpu_s / sound_s, 4) if sound_s else None
