"""New against the archive, or a return to an earlier moment; and never a look ahead."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.embedders import MINI_LM
from pipeline.selection.archive_signals import RETURNS_AFTER_MS, When, archive_signals
from pipeline.store.passage_port import PassageTable

Rows = NDArray[np.float32]

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


class Held:
    """Vectors in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @property
    def there(self) -> NDArray[np.bool_]:
        return np.asarray(self._rows.any(axis=1))

    @property
    def dimensions(self) -> int:
        return int(self._rows.shape[1])

    def cosines(self, vector: Rows) -> Rows:
        return self._rows @ vector


def table(at_ms: list[float], rows: Rows, moments: list[str] | None = None) -> PassageTable:
    count = len(at_ms)
    none = np.zeros(count, np.bool_)
    return PassageTable(
        rowids=np.arange(count),
        moment_of=np.arange(count),
        vectors={MINI_LM: Held(rows)},
        moments=moments or [f"{number:016x}-0" for number in range(count)],
        at_ms=np.array(at_ms, np.float64),
        lasts_ms=np.zeros(count, np.int64),
        speakers=[None] * count,
        characters=np.full(count, 40),
        single=none,
        entered=none,
        about=np.full(count, -1),
    )


def apart(count: int) -> Rows:
    """Vectors that have nothing to do with each other, nor with `SAID`."""
    return np.eye(count, 384, k=1, dtype=np.float32)


SAID = np.eye(1, 384, dtype=np.float32)[0]
WHEN = When("ffffffffffffffff-0", NOW_MS)


def test_what_is_like_nothing_of_the_past_is_new() -> None:
    past = table([NOW_MS - HOUR_MS] * 30, apart(30))

    assert archive_signals(past, MINI_LM, [SAID], WHEN) == {"new": 1.0, "returns": 0.0}


def test_what_was_said_before_is_not_new_but_a_return() -> None:
    rows = apart(30)
    rows[3] = SAID
    past = table([NOW_MS - HOUR_MS] * 30, rows)

    assert archive_signals(past, MINI_LM, [SAID], WHEN) == {"new": 0.0, "returns": 1.0}


def test_what_belongs_to_the_same_talk_is_no_return() -> None:
    rows = apart(30)
    rows[3] = SAID
    times: list[float] = [NOW_MS - HOUR_MS] * 30
    times[3] = NOW_MS - RETURNS_AFTER_MS // 2

    assert archive_signals(table(times, rows), MINI_LM, [SAID], WHEN) == {"new": 0, "returns": 0}


@pytest.mark.parametrize("later_ms", [0, 1, HOUR_MS])
def test_a_later_moment_changes_nothing(later_ms: int) -> None:
    times: list[float] = [NOW_MS - HOUR_MS] * 30
    before = archive_signals(table(times, apart(30)), MINI_LM, [SAID], WHEN)

    with_later = table([*times, NOW_MS + later_ms], np.vstack([apart(30), SAID]))

    assert archive_signals(with_later, MINI_LM, [SAID], WHEN) == before


@pytest.mark.parametrize(("lasts_ms", "returns"), [(HOUR_MS // 2, 1.0), (2 * HOUR_MS, 0.0)])
@pytest.mark.parametrize("moment", ["feedfeedfeedfeed-0", "ffffffffffffffff-0"])
def test_a_recording_is_past_once_it_is_over(lasts_ms: int, returns: float, moment: str) -> None:
    times: list[float] = [NOW_MS - 9 * HOUR_MS] * 30
    names = [f"{number:016x}-0" for number in range(30)]
    past = table([*times, NOW_MS - HOUR_MS], np.vstack([apart(30), SAID]), [*names, moment])
    past = replace(past, lasts_ms=np.array([*[0] * 30, lasts_ms]))
    when = When(f"ffffffffffffffff-{HOUR_MS * 16}", NOW_MS)

    told = archive_signals(past, MINI_LM, [SAID], when)

    assert told == {"new": 1 - returns, "returns": returns}


def test_a_moment_of_no_known_time_is_no_past() -> None:
    times: list[float] = [NOW_MS - HOUR_MS] * 30
    rows = np.vstack([apart(30), SAID])

    assert archive_signals(table([*times, np.nan], rows), MINI_LM, [SAID], WHEN)["new"] == 1


def test_within_a_stream_the_samples_tell_what_was_first_whatever_the_clock_says() -> None:
    when = When("00000000000000aa-5000", None)
    names = [f"00000000000000aa-{number}" for number in range(30)]
    past = table([np.nan] * 30, apart(30), names)
    later = table(
        [*[np.nan] * 30, 0.0], np.vstack([apart(30), SAID]), [*names, "00000000000000aa-9000"]
    )

    told = archive_signals(past, MINI_LM, [SAID], when)
    assert told["new"] == 1
    assert archive_signals(later, MINI_LM, [SAID], when) == told


def test_an_archive_of_nothing_says_nothing() -> None:
    assert archive_signals(table([], np.zeros((0, 384), np.float32)), MINI_LM, [SAID], WHEN) == {}


def test_vectors_of_another_embedder_are_compared_with_none() -> None:
    past = table([NOW_MS - HOUR_MS] * 30, apart(30))

    assert archive_signals(past, "another/1", [SAID], WHEN) == {}
