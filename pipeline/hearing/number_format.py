"""The numbers in which Whisper works out its words here: int8, or float32 where that is faster.

Both give words of the same quality. Which is faster depends on the processor: int8 is where
that multiplies bytes in one step, as a Pi 5 and any newer x86 do. So set-up measures it, once for
each processor, and what it chose stays: the other format may give another word.
"""

import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from core.checks import Check
from core.files import read_small
from core.machine import processor, profile
from core.settings import Settings

NumberFormat = Literal["int8", "float32"]
FORMATS: tuple[NumberFormat, ...] = get_args(NumberFormat)

CLEARLY_FASTER = 1.1
"""So many times as fast must float32 be: its weights take 150 MB, those of int8 42."""

RUNS = 3

Work = Callable[[], object]
"""Transcribes a short recording once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The CPU seconds of the same work in either format, on this processor."""

    int8_s: float
    float32_s: float

    @property
    def faster(self) -> NumberFormat:
        return "float32" if self.int8_s >= CLEARLY_FASTER * self.float32_s else "int8"

    @property
    def in_words(self) -> str:
        """How the chosen format compares with the other."""
        chosen: NumberFormat = self.faster
        other_s, own_s = self.float32_s, self.int8_s
        if chosen == "float32":
            return f"{own_s / other_s:.1f} times as fast as int8"
        if other_s > own_s:
            return f"{other_s / own_s:.1f} times as fast as float32"
        return "about as fast as float32, in less memory"


def chosen(settings: Settings) -> NumberFormat:
    """What the transcriber is to run as: the settings' choice, or what was measured here.

    Where memory is short it is int8, and where nothing was measured.
    """
    named = settings.models.number_format
    if named != "auto":
        return named
    found = None if profile(settings.machine.profile) == "zero" else measured()
    return "int8" if found is None else found.faster


def measured() -> Measured | None:
    """What set-up measured on this processor with these libraries; None where it did not."""
    try:
        told = json.loads(read_small(_record()))
        return _read(told["cpu_s"]) if told["on"] == _on() else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def measure(load: Callable[[NumberFormat], Work]) -> Measured:
    """Time what `load` gives for each format, and write it down for this machine.

    The least of a few runs: what else the machine does can only add.
    """
    least_s = {f"{name}_s": _least_s(load(name)) for name in FORMATS}
    record = _record()
    record.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"on": _on(), "cpu_s": least_s}, indent=2)
    record.write_text(f"{text}\n", encoding="utf-8")
    return Measured(**least_s)


def check(settings: Settings) -> Check:
    """What `doctor` says about it."""
    name, found = chosen(settings), measured()
    runs = f"Whisper runs as {name} here"
    if settings.models.number_format != "auto":
        return _fine(f"{runs}, as models.number_format in settings.toml says.")
    if profile(settings.machine.profile) == "zero":
        return _fine(f"{runs}, since this machine has little memory.")
    if found is None and profile() == "zero":  # whatever the settings say, set-up measures nothing
        sentence = f"{runs}; set-up does not measure float32 in as little memory as is here."
        advice = "Put float32 as models.number_format into settings.toml if you want to try it."
        return Check("number format", "ok", sentence, advice)
    if found is None:
        sentence = f"{runs}; whether float32 is faster on this processor was not measured."
        return Check("number format", "warn", sentence, "Run `./run setup`, which measures it.")
    return _fine(f"{runs}: {found.in_words}.")


def _fine(sentence: str) -> Check:
    return Check("number format", "ok", sentence)


def _read(cpu_s: Mapping[str, float]) -> Measured:
    """Raises ValueError for what is no time that work takes."""
    for seconds in cpu_s.values():
        if type(seconds) not in {int, float} or not 0 < seconds < math.inf:
            raise ValueError(seconds)
    return Measured(**cpu_s)


def _least_s(work: Work) -> float:
    used_s = []
    for _ in range(RUNS):
        began_s = time.process_time()
        work()
        used_s.append(time.process_time() - began_s)
    return round(min(used_s), 3)


def _record() -> Path:
    return Path(sys.prefix) / "models" / "number_format.json"


def _on() -> Mapping[str, str]:
    """What the result holds for."""
    from importlib.metadata import version  # noqa: PLC0415 - it reads mails: 2 MB of memory

    return {"processor": processor(), "ctranslate2": version("ctranslate2")}
