"""How far writing down is, what today came to, and what it costs: quiet sentences. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.capture_status import CaptureStatus
from core.clock import length_in_words
from dashboard.sentences import say
from pipeline.store.day_sum import DaySum, sum_of
from pipeline.store.views.moment_fold import MomentRow

PATIENCE_S = 30.0
"""A single moment that waits says so itself; only one that waits longer is told again."""

WORTH_TELLING_S = 60.0
"""Of hearing; less is the first minute, which has sentences of its own."""


def progress(
    capture: CaptureStatus | None, worker: Mapping[str, Any] | None, today: Iterable[MomentRow]
) -> list[str]:
    """What there is to tell; `capture` and `worker` are their answers, None where there was none.

    `today` has the moments of this day.
    """
    heard_s = 0.0 if capture is None else capture.heard_today_s
    running = worker is not None and not worker.get("trouble")
    return [
        *(_queue(worker or {}) if running else []),
        *_of_today(heard_s, sum_of(today)),
        *(_pace(worker or {}) if running else []),
        *(_anew(worker or {}) if running else []),
    ]


def _queue(worker: Mapping[str, Any]) -> list[str]:
    """Empty where a letter failed, too: the state says then what waits, and why."""
    waiting, oldest_s = int(worker.get("waiting", 0)), worker.get("oldest_s")
    if worker.get("failing") or oldest_s is None:
        return []
    if waiting < 2 and oldest_s < PATIENCE_S:  # noqa: PLR2004 - several
        return []
    return [say("progress.queue", count=waiting, length=_length(oldest_s))]


def _of_today(heard_s: float, found: DaySum) -> list[str]:
    told = []
    if heard_s >= WORTH_TELLING_S:
        told.append(say("progress.heard", length=_length(heard_s)))
    if found.kept:
        length = length_in_words(found.kept_ms)
        told.append(say("progress.kept", count=found.kept, length=length))
    if found.written < found.kept:
        length = length_in_words(found.written_ms)
        so_far = say("progress.written", length=length) if found.written else ""
        told.append(so_far or say("progress.none_written"))
    return told


def _pace(worker: Mapping[str, Any]) -> list[str]:
    pace = worker.get("cpu_s_per_sound_s")
    if pace is None:
        return []
    return [say("progress.pace", length=length_in_words(round(pace * 60_000)))]


def _anew(worker: Mapping[str, Any]) -> list[str]:
    anew = worker.get("embedding_anew")
    return [] if anew is None else [say("progress.anew", done=anew["done"], of=anew["of"])]


def _length(seconds: float) -> str:
    return length_in_words(round(seconds * 1000))
